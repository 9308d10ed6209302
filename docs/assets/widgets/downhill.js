// Which way is down? Directions around a point of a surface, and the slope along each.
{
  const { contours, define, fixed, span, word } = window.gd;
  const { abs, atan2, cos, exp, hypot, PI, sign, sin, sqrt } = Math;
  // value; gradient and Hessian as g₁, g₂, h₁₁, h₁₂, h₂₂; minimiser. The toy's loss is the
  // mean of (xw + b − y)² over its samples: x = 0, 1, 2, 3 and y = 0, 1, 2, 3.1.
  const SURFACES = {
    toy: {
      label: "loss of the toy over w and b",
      f: (w, b) => [0, 1, 2, 3.1].reduce((sum, y, x) => sum + (x * w + b - y) ** 2, 0) / 4,
      slopes: (w, b) => [7 * w + 3 * b - 7.15, 3 * w + 2 * b - 3.05, 7, 3, 2],
      least: [1.03, -0.02],
    },
    valley: {
      label: "exp(x + y) + exp(x − y) + exp(−x)",
      f: (x, y) => exp(x + y) + exp(x - y) + exp(-x),
      slopes(x, y) {
        const [a, b, c] = [exp(x + y), exp(x - y), exp(-x)];
        return [a + b - c, a - b, a + b + c, a - b, a + b];
      },
      least: [-Math.LN2 / 2, 0],
    },
  };
  // how long v is, and a direction of the least slope; both may use the Hessian
  const NORMS = {
    two: { label: "2-norm", of: (u, v) => sqrt(u * u + v * v), best: (p, q) => [-p, -q] },
    one: {
      label: "1-norm",
      of: (u, v) => abs(u) + abs(v),
      best: (p, q) => (abs(p) >= abs(q) ? [-p, 0] : [0, -q]),
    },
    max: {
      label: "maximum norm",
      of: (u, v) => Math.max(abs(u), abs(v)),
      best: (p, q) => [-sign(p), -sign(q)],
    },
    hessian: {
      label: "quadratic norm of the Hessian",
      of: (u, v, a, b, c) => sqrt(a * u * u + 2 * b * u * v + c * v * v),
      best: (p, q, a, b, c) => [b * q - c * p, b * p - a * q],
    },
  };
  const row = (name) => [name, `${name}-slope`, `${name}-predicted`, `${name}-change`];
  const angleOf = (u, v) => ((atan2(v, u) / PI) * 180 + 360) % 360;

  define("gd-downhill", {
    controls: {
      surface: ["Surface", "toy", SURFACES],
      norm: ["Length measured by", "two", NORMS],
      angle: ["Angle in °", 60, 0, 360, 2],
      length: ["Length of step", 0.5, 0.01, 1, 0.01],
      x: ["Point, across", 0.2, -1.5, 1.5, 0.01],
      y: ["Point, up", 0.4, -1.2, 1.2, 0.01],
    },
    plots: ["The surface from above, with the step", "Slope against the angle of the direction"],
    head: ["direction", "slope", "first order", "change"],
    rows: [row("chosen"), row("steepest")],
    buttons: { turn: "Turn downhill" },

    turn() {
      this.change({ angle: this.best });
    },
    touched(index, x, y) {
      return { angle: Math.round(index ? x : angleOf(x - this.set.x, y - this.set.y)) };
    },
    draw({ surface, norm, angle, length, x, y }) {
      const { f, slopes, least } = SURFACES[surface];
      const [p, q, ...H] = slopes(x, y);
      // at the minimum there is nothing but rounding
      const flat = hypot(p, q) < 1e-9;
      const unit = (v) => v.map((part) => part / NORMS[norm].of(...v, ...H));
      const to = (angle) => unit([cos((angle * PI) / 180), sin((angle * PI) / 180)]);
      const slope = ([u, v]) => p * u + q * v;
      const end = ([u, v]) => [x + length * u, y + length * v];
      const change = (v) => f(...end(v)) - f(x, y);
      const best = flat ? [NaN, NaN] : unit(NORMS[norm].best(p, q, ...H));
      this.best = flat ? angle : angleOf(...best);

      const turns = span(0, 360, 360).map((angle) => [angle, to(angle)]);
      const map = this.chart(0, "x", [-1.6, 1.6, "y"]);
      const levels = [0.03, 0.1, 0.3, 1, 3, 10, 30].map((by) => f(...least) + by);
      for (const ring of contours(f, least, levels)) map.line(ring, "faint");
      map.line(turns.map(([, v]) => end(v)), "c2 thin");
      if (!flat) map.line([[x, y], end(best)], "c1");
      map.line([[x, y], end(to(angle))], "c0");
      map.dots([end(to(angle))], "c0 big");

      const high = 1.1 * Math.max(...turns.map(([, v]) => abs(slope(v))), 1e-6);
      const graph = this.chart(1, [0, 360, "angle in °"], [-high, high, "slope"]);
      graph.line(turns.map(([angle, v]) => [angle, change(v) / length]), "c3 dash", "change ÷ length");
      graph.line(turns.map(([angle, v]) => [angle, slope(v)]), "c0");
      graph.upright(this.best, "c1 dash", "steepest");
      graph.dots([[angle, slope(to(angle))]], "c0 big");

      const values = { gx: fixed(p), gy: fixed(q), best: fixed(this.best, 2) };
      for (const [name, v] of [["chosen", to(angle)], ["steepest", best]]) {
        values[`${name}-slope`] = fixed(slope(v));
        values[`${name}-predicted`] = fixed(length * slope(v));
        values[`${name}-change`] = fixed(change(v));
      }
      values.says = word(
        flat
          ? "The gradient is zero: no direction goes down."
          : "Gradient ({gx}, {gy}). Steepest at {best} degrees.",
      );
      return values;
    },
  });
}
