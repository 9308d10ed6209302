// Replay a published run: the article's toys, step by step, in their own arithmetic.
{
  const { decades, define, fixed, span, tensor, toyControls, word } = window.gd;
  const TOYS = {
    clean: { label: "clean labels", last: 3, epochs: 300 },
    wrong_label: { label: "a wrong label", last: 3.1, epochs: 30000 },
    bias: { label: "a wrong label, and a bias", last: 3.1, epochs: 30000, bias: true },
    non_linearity: { label: "a wrong label, and a lift at 3", last: 3.1, epochs: 300, lift: true },
  };
  const VIEWS = { all: { label: "from the start" }, near: { label: "around w = 1" } };
  const SHOWN = 64; // steps that the slider covers: by then the clean toy has arrived

  define("gd-replay", {
    controls: {
      experiment: ["Run", "clean", TOYS],
      view: ["View", "all", VIEWS],
      step: ["Step", 0, 0, 120000, 1],
      ...toyControls,
    },
    clock: "step",
    plots: ["Mean loss against w, and where the run stands", "Mean loss and |w − 1| after each step"],
    head: ["as printed", "computed", "published"],
    rows: [
      ["mean loss", "loss", "loss-published"],
      ["w", "tensor", "tensor-published"],
      ["1 − w", "error", "error-published"],
    ],

    implied: ({ experiment }) => (experiment ? { label: TOYS[experiment].last } : {}),
    limit() {
      return Math.min(SHOWN, this.toy.diverged - 1 || SHOWN);
    },
    // the slider ends earlier
    end() {
      this.change({ step: 4 * TOYS[this.set.experiment].epochs });
    },
    draw(set) {
      const how = TOYS[set.experiment];
      const asked = Math.min(set.step, 4 * how.epochs);
      const [toy, all] = this.toyOf(set.experiment, how, Math.max(asked, SHOWN));
      const step = (set.step = Math.min(asked, toy.diverged - 1 || asked));
      const published = all.filter(([k]) => k <= step);
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

      // Both views stay as they are while the run goes on.
      const steps = (first, last) => span(first, last, last - first);
      const begun = steps(0, this.limit());
      const middle = (5 + 3 * toy.y[3]) / 14;
      const [left, right] = [Math.min(middle, 2), Math.max(middle, 2)];
      const places = begun.map((k) => Math.max(left - 2, Math.min(right + 2, toy.w[k])));
      const [least, most] = [Math.min(left, ...places), Math.max(right, ...places)];
      const wide = most - least;
      const [low, high] =
        set.view === "near" ? [0.96, 1.06] : [least - 0.4 * wide, most + 0.05 * wide];
      const grid = span(low, high, 400);
      const top = Math.min(1e38, Math.max(...grid.map((w) => toy.loss(w, 0))));
      const curve = this.chart(0, [low, high, "w"], [0, top, "mean loss"]);
      curve.line(grid.map((w) => [w, toy.loss(w, b)]), "c0");
      if (step) {
        // the loss of the sample drawn, which is what the step went down
        curve.line(grid.map((w) => [w, toy.residual(x, w, b) ** 2]), "c1 thin", "sample drawn");
        const trail = steps(Math.max(0, step - SHOWN), step - 1);
        curve.dots(trail.map((k) => [toy.w[k], lossAt(k)]), "c3");
      }
      curve.dots([[w, lossAt(step)]], "c0 big");

      // Where all is zero there is nothing to draw: then the beginning.
      const late = steps(Math.max(0, step - SHOWN), step);
      const shown = late.some((k) => toy.w[k] !== 1 || lossAt(k)) ? late : begun;
      const losses = (all) => all.map((k) => [k, lossAt(k)]);
      const away = (all) => all.map((k) => [k, Math.abs(toy.w[k] - 1)]);
      const both = [begun, shown].flatMap((all) => [...losses(all), ...away(all)]);
      const [since, room] = [shown[0], shown[0] && 4]; // for a tick of seven letters
      const axis = [since, since + SHOWN + room, "step"];
      const height = decades(both, "mean loss, |w − 1|");
      const trace = this.chart(1, axis, height);
      const digits = published.filter(([k, name]) => name === "loss" && k >= since);
      trace.dots(digits.map(([k, , text]) => [k, text]), "c2 middling");
      trace.line(away(shown), "c3");
      trace.line(losses(shown), "c0");
      // their names stand at the upper right, where the published runs leave room
      const name = (text, look, share) =>
        trace.line([[axis[1], height[0] * (height[1] / height[0]) ** share]], look, text);
      name("|w − 1|", "c3", 0.87);
      name("mean loss", "c0", 0.74);

      return {
        ...table,
        epoch: Math.ceil(step / 4),
        sample: `x = ${x}, y = ${x < 3 ? x : set.label}`,
        w: fixed(w),
        b: fixed(b),
        met: met.length,
        of: published.length,
        says: [
          word(step ? "Epoch {epoch}, drawn {sample}: w {w}" : "Epoch {epoch}: w {w}"),
          word(how.bias ? ", b {b}, loss {loss}. " : ", loss {loss}. "),
          this.usual
            ? word(published.length ? "Published numbers met: {met} of {of}." : "")
            : this.failed || word("Your own run: nothing of it was published."),
        ].join(""),
      };
    },
  });
}
