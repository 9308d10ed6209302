// How good is Taylor? A function, its first and second order, and what they miss.
{
  const { define, fixed, span, word } = window.gd;
  const { abs, cos, exp, max, min, sin } = Math;
  // f and three derivatives; where |f″| or |f‴| may have a peak. The toy's loss is the
  // mean of (xw − y)² over its samples: x = 0, 1, 2, 3 and y = 0, 1, 2, 3.1.
  const FUNCTIONS = {
    exp: { label: "exp(x)", f: [exp, exp, exp, exp], peaks: [] },
    sin: {
      label: "sin(x)",
      f: [sin, cos, (x) => -sin(x), (x) => -cos(x)],
      peaks: span(-2, 2, 4).map((k) => (k * Math.PI) / 2),
    },
    toy: {
      label: "loss of the wrong-label toy",
      f: [(w) => 3.5 * w * w - 7.15 * w + 3.6525, (w) => 7 * w - 7.15, () => 7, () => 0],
      peaks: [],
    },
  };

  define("gd-taylor", {
    controls: {
      function: ["Function", "exp", FUNCTIONS],
      point: ["Point a", 0, -2, 2, 0.01],
      step: ["Step h", 1, -2, 2, 0.01],
    },
    plots: [
      "The function with its tangent and its parabola",
      "Remainders and their bounds against the step",
    ],
    head: ["at a + h", "value", "remainder", "at most"],
    rows: [
      ["true", "true"],
      ["order 1", "value-1", "missed-1", "bound-1"],
      ["order 2", "value-2", "missed-2", "bound-2"],
    ],

    touched(index, x) {
      return index ? {} : { step: Math.round((x - this.set.point) * 100) / 100 };
    },
    draw({ function: name, point: a, step: h }) {
      const { f, peaks } = FUNCTIONS[name];
      const value = (order, h) => f[0](a) + f[1](a) * h + (order > 1 && (f[2](a) * h * h) / 2);
      const missed = (order, h) => f[0](a + h) - value(order, h);
      // Lagrange: max |f⁽ᵏ⁺¹⁾| between a and a + h, times |h|ᵏ⁺¹/(k + 1)!
      const bound = (order, h) => {
        const between = peaks.filter((x) => (x - a) * (x - a - h) < 0);
        const most = max(...[a, a + h, ...between].map((x) => abs(f[order + 1](x))));
        return (most * abs(h) ** (order + 1)) / (order * (order + 1));
      };
      const steps = span(-2.2, 2.2, 110);
      const curve = steps.map((h) => [a + h, f[0](a + h)]);
      const heights = curve.map(([, y]) => y);
      const [low, high] = [min(...heights), max(...heights)];
      const room = (high - low) / 5;
      const picture = this.chart(0, [a - 2.2, a + 2.2, "x"], [low - room, high + room, "f(x)"]);
      const errors = this.chart(1, [0.01, 2, "|h|", true], [1e-8, 100, "|remainder|", true]);
      const texts = {
        true: fixed(f[0](a + h), 8),
        says: word("Order 1 misses {missed-1}, order 2 misses {missed-2}."),
      };
      picture.line(curve, "c0", "f");
      picture.dots([[a, f[0](a)], [a + h, f[0](a + h)]], "c0 big");
      for (const order of [1, 2]) {
        picture.line(steps.map((h) => [a + h, value(order, h)]), `c${order}`, `order ${order}`);
        picture.dots([[a + h, value(order, h)]], `c${order} big`);
        const lengths = span(-2, Math.log10(2), 60).map((k) => 10 ** k);
        const along = (of) => lengths.map((s) => [s, abs(of(order, h < 0 ? -s : s))]);
        errors.line(along(bound), `c${order} dash`, order > 1 ? "" : "bound");
        errors.line(along(missed), `c${order}`);
        errors.dots([[abs(h), abs(missed(order, h))]], `c${order} big`);
        texts[`value-${order}`] = fixed(value(order, h), 8);
        texts[`missed-${order}`] = fixed(missed(order, h), 8);
        texts[`bound-${order}`] = fixed(bound(order, h), 8);
      }
      return texts;
    },
  });
}
