// How long a step? Descent on ½(λ₁x² + λ₂y²), and the step size from which on it diverges.
{
  const { Random, contours, decades, define, fixed, power, seed, span, word } = window.gd;
  const { abs, max, sqrt } = Math;
  const free = (x) => (x && abs(x) < 1e-4 ? power(x) : fixed(x));

  define("gd-step", {
    controls: {
      lr: ["Step size", 0.5, 0.01, 4, 0.01],
      momentum: ["Momentum", 0, 0, 0.95, 0.01],
      curvature: ["Largest curvature", 1, 1, 4, 0.1],
      condition: ["Condition number", 10, 1, 100, 1],
      steps: ["Steps", 0, 0, 100, 1],
      noise: ["Noise", 0, 0, 1, 0.01],
      seed,
    },
    clock: "steps",
    plots: ["The path", "Loss after each step", "Rate against step size"],
    head: ["after the last step", "loss", "x", "y"],
    rows: [["computed", "loss", "x", "y"]],

    touched(index, x) {
      return index > 1 ? { lr: Math.round(x * 100) / 100 } : {};
    },
    draw({ lr, momentum, curvature, condition, steps, noise, seed }) {
      const curvatures = [curvature / condition, curvature];
      const f = (x, y) => (curvatures[0] * x * x + curvatures[1] * y * y) / 2;
      const random = new Random(seed);
      const v = [0, 0];
      const all = [[-1, 0.8]]; // of all steps, so that the axes stay as they are
      for (let k = 0; k < this.controls.steps[3]; k++)
        all.push(
          all[k].map((w, i) => {
            // uniform, with this deviation
            const error = noise && noise * sqrt(3) * (2 * random.random() - 1);
            v[i] = momentum * v[i] + (curvatures[i] * w + error);
            return w - lr * v[i];
          }),
        );
      const losses = all.map(([x, y], k) => [k, f(x, y)]);
      const path = all.slice(0, steps + 1);
      const [x, y] = path[steps];

      // The larger root of z² − (1 + β − ηλ)z + β = 0, for the slower of the two.
      const rateOf = (lr) => {
        const rates = curvatures.map((curvature) => {
          const half = (1 + momentum - lr * curvature) / 2;
          const rest = half * half - momentum;
          return rest < 0 ? sqrt(momentum) : abs(half) + sqrt(rest);
        });
        return max(...rates);
      };
      const room = 2 * (1 + momentum);
      const limit = room / curvature;
      const converges = lr < limit;
      // ½λ times the variance that the noise keeps up, for both together
      const part = (curvature) =>
        (noise * noise * lr * room) / 4 / (1 - momentum) / (room - lr * curvature);
      const kept = converges ? part(curvatures[0]) + part(curvature) : 0;

      const map = this.chart(0, "x", [-1.2, 1.2, "y"]);
      const levels = [1 / 64, 1 / 16, 1 / 4, 1, 4].map((by) => by * f(-1, 0.8));
      for (const ring of contours(f, [0, 0], levels)) map.line(ring, "faint");
      map.line(path, "c0 thin");
      map.dots(path, "c0");
      map.dots([[x, y]], "c1 big");
      const trace = this.chart(1, [0, losses.length - 1, "step"], decades(losses, "loss"));
      trace.line(losses.slice(0, steps + 1), "c0");
      trace.dots([losses[steps]], "c1 big");
      if (kept) trace.across(kept, "c2 dash", "noise");
      const rates = this.chart(2, [0, 4, "step size"], [0, 1.5, "rate"]);
      rates.across(1, "dash", "above: diverges");
      rates.upright(limit, "c1 dash", "predicted");
      rates.line(span(0, 4, 200).map((lr) => [lr, rateOf(lr)]), "c0");
      rates.dots([[lr, rateOf(lr)]], "c0 big");
      return {
        loss: free(f(x, y)),
        x: free(x),
        y: free(y),
        rate: fixed(rateOf(lr)),
        limit: fixed(limit),
        verdict: word(converges ? "converges" : "diverges"),
        kept: fixed(kept),
        says: [
          word("Rate {rate} a step; with a step size from {limit} on it diverges: this one {verdict}."),
          word(kept ? "Noise keeps the loss near {kept}." : ""),
        ].join(" "),
      };
    },
  });
}
