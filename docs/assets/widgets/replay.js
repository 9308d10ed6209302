// Replay a published run: the article's toys, step by step, in their own arithmetic.
{
  const { decades, define, fixed, span, tensor, toyControls } = window.gd;
  const TOYS = {
    clean: { label: "clean labels", last: 3, epochs: 300 },
    wrong_label: { label: "a wrong label", last: 3.1, epochs: 30000 },
    bias: { label: "a wrong label, and a bias", last: 3.1, epochs: 30000, bias: true },
    non_linearity: { label: "a wrong label, and a lift at 3", last: 3.1, epochs: 300, lift: true },
  };

  define("gd-replay", {
    controls: {
      experiment: ["Run", "clean", TOYS],
      step: ["Step", 0, 0, 120000, 1],
      ...toyControls,
    },
    clock: "step",
    plots: ["Mean loss against w, and where the run stands", "Mean loss after each step"],
    head: ["as printed", "computed", "published"],
    rows: [
      ["mean loss", "loss", "loss-published"],
      ["w", "tensor", "tensor-published"],
      ["1 − w", "error", "error-published"],
    ],

    implied: ({ experiment }) => (experiment ? { label: TOYS[experiment].last } : {}),
    limit() {
      const end = 4 * TOYS[this.set.experiment].epochs;
      return Math.min(end, this.toy.diverged - 1 || end);
    },
    draw(set) {
      const how = TOYS[set.experiment];
      const [toy, published] = this.toyOf(set.experiment, how, set.step);
      const step = (set.step = Math.min(set.step, this.limit()));
      const [w, b, x] = [toy.w[step], toy.b[step], toy.drawn[step]];
      const lossAt = (k) => toy.loss(toy.w[k], toy.b[k]);
      const printed = {
        loss: (k) => fixed(lossAt(k)),
        tensor: (k) => tensor(toy.w[k]),
        error: (k) => tensor(Math.fround(1 - toy.w[k])),
      };
      const met = published.filter(([k, name, digits]) => printed[name](k) === digits);
      const table = {};
      for (const name in printed) {
        const here = ([k, other]) => k === step && other === name;
        const [, , digits] = published.find(here) ?? [];
        table[name] = printed[name](step);
        table[`${name}-published`] = digits ? `${digits} ${met.some(here) ? "✓" : "≠"}` : "–";
      }

      // Around the slope of least loss, the closer the closer the run has come.
      const middle = (5 + 3 * toy.y[3] - 6 * b) / 14;
      const recent = toy.w.slice(Math.max(0, step - 4), step + 1);
      const away = Math.max(...recent.map((w) => Math.abs(w - middle)), 1 / 32);
      const far = 1.3 * 2 ** Math.ceil(Math.log2(away));
      const mean = span(middle - far, middle + far, 200).map((w) => [w, toy.loss(w, b)]);
      const high = Math.min(1e38, Math.max(...mean.map(([, loss]) => loss)));
      const curve = this.chart(0, [middle - far, middle + far, "w"], [0, high, "mean loss"]);
      curve.line(mean, "c0");
      if (step) {
        // the loss of the sample drawn, which is what the step went down
        curve.line(mean.map(([w]) => [w, toy.residual(x, w, b) ** 2]), "c1 thin", "sample drawn");
        curve.dots([[toy.w[step - 1], lossAt(step - 1)]], "c1");
      }
      curve.dots([[w, lossAt(step)]], "c0 big");

      const first = Math.max(0, step - 36);
      const losses = span(first, step, step - first).map((k) => [k, lossAt(k)]);
      const trace = this.chart(1, [first, first + 40, "step"], decades(losses, "mean loss"));
      const digits = published.filter(([k, name]) => name === "loss" && k >= first);
      trace.dots(digits.map(([k, , text]) => [k, text]), "c2 big");
      trace.line(losses, "c0");

      return {
        ...table,
        epoch: Math.ceil(step / 4),
        sample: `x = ${x}, y = ${x < 3 ? x : set.label}`,
        w: fixed(w),
        b: fixed(b),
        met: met.length,
        says: `Epoch {epoch}${step ? ", drawn {sample}" : ""}: w {w}${how.bias ? ", b {b}" : ""}, loss {loss}. ${
          this.usual
            ? `Published digits met: {met} of ${published.length}.`
            : this.failed || "Your own run: nothing of it was published."
        }`,
      };
    },
  });
}
