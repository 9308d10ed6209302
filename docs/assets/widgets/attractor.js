// The attractor of a constant step: where the wrong-label toy stands when an epoch ends.
{
  const { define, fixed, span, tensor, toyControls, word } = window.gd;
  const { ceil, log, max, min } = Math;
  // x = 0 moves nothing: of an order only that of the others counts
  const ORDERS = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];

  define("gd-attractor", {
    controls: { epochs: ["Epochs", 1, 1, 30000, 1], ...toyControls },
    clock: "epochs",
    plots: ["w at the end of each epoch", "Share of epochs that end at a smaller w"],
    head: ["end of epoch", "least w", "mean", "greatest"],
    rows: [
      ["seen", "least", "mean", "greatest"],
      ["predicted", "least-predicted", "mean-predicted", "greatest-predicted"],
    ],

    limit() {
      const { diverged } = this.toy;
      return diverged ? (diverged - 1) >> 2 : 30000;
    },
    draw(set) {
      const { label, lr, divisor } = set;
      const [toy, published] = this.toyOf("wrong_label", { last: 3.1 }, 4 * set.epochs);
      const epochs = (set.epochs = min(set.epochs, this.limit()));
      const ends = (first) => span(first, epochs, epochs - first).map((k) => [k, toy.w[4 * k]]);
      const [[, now]] = ends(epochs);

      // An epoch maps w to aw + c, with a c of its own for each order. One order for ever
      // leads farthest out, if no epoch overshoots.
      const pull = (x) => ((2 * lr) / divisor) * x * x;
      const step = (w, x) => w + pull(x) * ((x < 3 ? 1 : label / 3) - w);
      const a = (1 - pull(1)) * (1 - pull(2)) * (1 - pull(3));
      const converges = a >= 0 && a < 1;
      const c = ORDERS.map((order) => order.reduce(step, 0));
      const rests = converges ? c.map((c) => c / (1 - a)) : [];
      const [low, high] = [min(...rests), max(...rests)];
      const mean = rests.reduce((sum, w) => sum + w / 6, 0);

      // The start is forgotten once its share is below float32's last digit.
      const skip = max(1, ceil(log(1e-7) / log(a)));
      const late = converges && skip <= epochs ? ends(skip).map(([, w]) => w) : [];
      const seen = late.sort((v, w) => v - w);

      // from the mean, four epochs reach 6⁴ places: finer than a pixel
      const spread = (places) => places.flatMap((w) => c.map((c) => a * w + c));
      const places = spread(spread(spread(spread([mean])))).sort((v, w) => v - w);
      // the view stays as it is while the epochs go on
      const all = converges ? rests : ends(max(0, epochs - 1500)).map(([, w]) => w);
      const room = (max(...all) - min(...all)) / 6 || 0.01;
      const axis = [min(...all) - room, max(...all) + room, "w"];
      const first = max(0, epochs - 1500);
      const visited = this.chart(0, [first, max(epochs, 1500), "epoch"], axis);
      visited.dots(ends(first), "c0");
      visited.dots([[epochs, now]], "c0 big");
      const shares = this.chart(1, [0, 1, "share of epochs below"], axis);
      const rising = (places) => places.map((w, k) => [k / places.length, w]);
      shares.line(rising(seen), "c0 wide");
      if (converges) {
        shares.line(rising(places), "c1 dash", "predicted");
        const lines = { least: low, mean, greatest: high };
        for (const name in lines) visited.across(lines[name], "c1 dash", name);
      }
      const [, , digits] = published.find(([k, name]) => k === 4 * epochs && name === "tensor") ?? [];
      return {
        least: fixed(seen[0]),
        mean: fixed(seen.reduce((sum, w) => sum + w, 0) / seen.length),
        greatest: fixed(seen.at(-1)),
        "least-predicted": fixed(low),
        "mean-predicted": fixed(converges ? mean : NaN),
        "greatest-predicted": fixed(high),
        w: tensor(now),
        "w-published": digits,
        squares: fixed((5 + 3 * label) / 14),
        skip,
        epochs,
        says: [
          word(digits ? "Epoch {epochs} ends at {w} (published: {w-published})" : "Epoch {epochs} ends at {w}"),
          word(", least squares is {squares}. "),
          word(converges ? "Seen from epoch {skip} on." : "Epochs of this learning rate do not converge."),
          ` ${this.failed}`,
        ].join(""),
      };
    },
  });
}
