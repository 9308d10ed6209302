// What the widgets share: numbers as Python prints them, Python's random numbers, the
// article's toys in float32, charts, and settings that are kept in the page's address.
window.gd = (() => {
  "use strict";
  const f32 = Math.fround;
  const span = (from, to, count) =>
    [...Array(count + 1).keys()].map((k) => from + ((to - from) * k) / (count || 1));

  // --- Words: those of the page's language, if it brings them ------------------------

  const words = JSON.parse(document.querySelector("#words")?.textContent ?? "{}");
  const word = (text) => words[text] ?? text;

  // --- Numbers ------------------------------------------------------------------------

  // JavaScript rounds an exact half up, Python to the even digit; nobody wants "-0.00".
  function print(x, method, places) {
    const exact = x[method](places + 30);
    const cut = exact.indexOf(".") + 1 + places;
    const half = /^50{29}/.test(exact.slice(cut)) && exact[cut - 1] % 2 === 0;
    const text = half ? exact.slice(0, cut) + exact.slice(cut + 30) : x[method](places);
    return text.replace(/^-(?=[0.]+$)/, "");
  }
  const power = (x) => (isFinite(x) ? print(x, "toExponential", 4) : "–");
  const fixed = (x, places = 6) =>
    Math.abs(x) < 1e7 ? print(x, "toFixed", places) : power(x);

  // As torch prints a tensor that holds one number.
  const tensor = (x) =>
    x && (Math.abs(x) < 1e-4 || Math.abs(x) > 1e8)
      ? power(x)
      : Number.isInteger(x) ? `${x}.` : fixed(x, 4);

  // --- Python's random: the Mersenne Twister, seeded with a number below 2³² ----------

  class Random {
    constructor(seed) {
      const mt = (this.mt = new Uint32Array(624));
      const mix = (i, factor) => Math.imul(mt[i - 1] ^ (mt[i - 1] >>> 30), factor);
      mt[0] = 19650218;
      for (let i = 1; i < 624; i++) mt[i] = mix(i, 1812433253) + i;
      for (let k = 0; k < 1247; k++) {
        const i = (k % 623) + 1;
        mt[i] = k < 624 ? (mt[i] ^ mix(i, 1664525)) + seed : (mt[i] ^ mix(i, 1566083941)) - i;
        if (i > 622) mt[0] = mt[623];
      }
      mt[0] = 2 ** 31;
      this.next = 624;
    }
    bits(count) {
      const { mt } = this;
      if (this.next > 623)
        for (let k = (this.next = 0); k < 624; k++) {
          const y = (mt[k] & 0x80000000) | (mt[(k + 1) % 624] & 0x7fffffff);
          mt[k] = mt[(k + 397) % 624] ^ (y >>> 1) ^ (y & 1 && 0x9908b0df);
        }
      let y = mt[this.next++];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      return (y ^ (y >>> 18)) >>> (32 - count);
    }
    random() {
      return (this.bits(27) * 2 ** 26 + this.bits(26)) / 2 ** 53;
    }
    shuffled(n) {
      const order = [...Array(n).keys()];
      for (let i = n - 1, j; i > 0; i--) {
        do j = this.bits(32 - Math.clz32(i + 1));
        while (j > i);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    }
  }

  // --- The toys: samples x = 0, 1, 2, 3; each operation rounded to float32 ------------

  class Toy {
    constructor({ label, lr, divisor, seed }, { bias, lift }) {
      Object.assign(this, { bias, lift, eta: f32(lr), m: f32(divisor) });
      this.y = [0, 1, 2, f32(label)];
      this.random = new Random(seed);
      // at the start, after step 1, after step 2, …
      [this.w, this.b, this.drawn] = [[2], [0], [0]];
    }
    residual(x, w, b) {
      const y_hat = f32(f32(x * w) + b);
      return f32((this.lift && y_hat >= 3 ? f32(y_hat + f32(0.1)) : y_hat) - this.y[x]);
    }
    loss(w, b) {
      const add = (sum, _, x) => f32(sum + f32(this.residual(x, w, b) ** 2));
      return f32(this.y.reduce(add, 0) / 4);
    }
    // Go on to a step, or until the loss of a sample is no finite number.
    run(steps) {
      const move = (from, slope) => f32(from - f32(f32(this.eta * slope) / this.m));
      while (this.w.length <= steps && !this.diverged)
        for (const x of this.random.shuffled(4)) {
          const [w, b] = [this.w.at(-1), this.b.at(-1)];
          const r = this.residual(x, w, b);
          if (!(f32(r * r) < Infinity)) {
            this.diverged = this.w.length;
            break;
          }
          this.w.push(move(w, f32(f32(2 * r) * x)));
          this.b.push(this.bias ? move(b, f32(2 * r)) : 0);
          this.drawn.push(x);
        }
    }
  }

  // A control is [label, value, options] or [label, value, min, max, step, type].
  const seed = ["Seed", 20, 0, 2 ** 32 - 1, 1, "number"];
  const toyControls = {
    label: ["Label at x = 3", 3.1, -100, 100, "any", "number"],
    lr: ["Learning rate", 0.3, 0.0001, 100, "any", "number"],
    divisor: ["Divisor", 10, 1, 1000, 1, "number"],
    seed,
  };

  // --- Charts -------------------------------------------------------------------------

  // An axis is [low, high, name, logarithmic].
  function decades(points, name) {
    const logs = points.map(([, y]) => Math.log10(y)).filter(isFinite);
    const low = Math.max(-30, Math.floor(Math.min(...logs, 0)));
    const high = Math.min(30, Math.max(low + 1, Math.ceil(Math.max(...logs))));
    return [10 ** low, 10 ** high, name, true];
  }

  // Level lines of a convex function: where each ray from its minimiser reaches a level.
  const contours = (f, [x, y], levels) =>
    levels.map((level) =>
      span(0, 2 * Math.PI, 90).map((angle) => {
        const at = (r) => [x + r * Math.cos(angle), y + r * Math.sin(angle)];
        let r = 0;
        for (let by = 32; by > 1e-3; by /= 2) if (f(...at(r + by)) < level) r += by;
        return at(r);
      }),
    );

  function ticks([low, high, , log]) {
    const [from, to] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
    const least = (to - from) / 5;
    const unit = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].find((m) => m * unit >= least) * unit;
    const by = log ? Math.ceil(step) : step;
    return span(0, 5, 5)
      .map((k) => (Math.ceil(from / by - 1e-9) + k) * by)
      .map((v) => +(log ? 10 ** v : v).toPrecision(9))
      .filter((v) => v <= high + Math.abs(high) * 1e-9);
  }
  const plain = (v) =>
    v && (Math.abs(v) < 1e-3 || Math.abs(v) > 1e6)
      ? v.toExponential()
      : Math.abs(v) < 1e4 ? v : v.toLocaleString("en");
  const text = (look, x, y, text) => `<text class="${look}" x="${x}" y="${y}">${word(text)}</text>`;

  const [LEFT, RIGHT, TOP, BOTTOM] = [46, 18, 22, 36];

  // Drawn in CSS pixels, so that letters keep their size on a phone.
  class Chart {
    // x may be a name alone: then both axes have one scale
    constructor(svg, x, y) {
      this.width = Math.max(svg.clientWidth - LEFT - RIGHT, 60);
      this.height = Math.max(svg.clientHeight - TOP - BOTTOM, 60);
      const wide = (v) => (v * this.width) / this.height;
      if (x.length < 3) x = [wide(y[0]), wide(y[1]), x];
      Object.assign(this, { svg, x, y, drawn: "" });
    }
    // Pixels from the left and from the top; what is far off must stay drawable.
    X(v, [low, high, , log] = this.x, length = this.width) {
      const share = log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low);
      return +(Math.max(-9, Math.min(9, share)) * length).toFixed(1);
    }
    Y(v) {
      return this.height - this.X(v, this.y, this.height);
    }
    // The numbers at a pixel of the drawing, on plain axes.
    under(left, top) {
      const { x, y, width, height } = this;
      return [
        x[0] + ((left - LEFT) / width) * (x[1] - x[0]),
        y[1] - ((top - TOP) / height) * (y[1] - y[0]),
      ];
    }
    // The name stands at the last point that has room for it.
    line(points, look, name = "") {
      const path = points.map(([x, y]) => [this.X(x), this.Y(y)]);
      const [x, y] = path.findLast(([, y]) => y > 14 && y <= this.height) ?? [0, 0];
      this.drawn += `<path class="${look}" d="${path.map((p, k) => "ML"[+!!k] + p).join("")}"/>`;
      const wide = [...word(name)].reduce((sum, one) => sum + (one < "⺀" ? 6 : 12), 0);
      this.drawn += text(look, Math.max(x, wide), y - 4, name);
    }
    dots(points, look) {
      const path = points.map(([x, y]) => `M${this.X(x)} ${this.Y(y)}h0`);
      this.drawn += `<path class="dots ${look}" d="${path.join("")}"/>`;
    }
    across(y, look, name) {
      this.line([[this.x[0], y], [this.x[1], y]], look, name);
    }
    upright(x, look, name) {
      this.line([[x, this.y[0]], [x, this.y[1]]], look, name);
    }
    show() {
      const { svg, x, y, width, height } = this;
      const mark = (path, ...label) => `<path d="${path}"/>${text(...label)}`;
      const below = ticks(x).map((v) =>
        mark(`M${this.X(v)} 0v${height}`, "mid", this.X(v), height + 15, plain(v)),
      );
      const beside = ticks(y).map((v) =>
        mark(`M0 ${this.Y(v)}h${width}`, "", -6, this.Y(v) + 4, plain(v)),
      );
      svg.innerHTML = `<g transform="translate(${LEFT} ${TOP})">
        <g class="axes">${below.join("")}${beside.join("")}
        ${text("start", 6 - LEFT, -9, y[2])}${text("", width, height + 31, x[2])}</g>
        <svg width="${width}" height="${height}">${this.drawn}</svg></g>`;
    }
  }

  // --- Figures ------------------------------------------------------------------------

  // What an attribute or the address says of a setting; undefined when that is no good.
  function accept([, , min, max, step], text) {
    if (!max) return Object.hasOwn(min, text) ? text : undefined;
    const good = text && text >= min && text <= max && !(step === 1 && text % 1);
    return good ? Number(text) : undefined;
  }

  function controlOf([name, [label, , min, max, step, type = "range"]]) {
    const option = ([key, { label }]) => `<option value="${key}">${word(label)}`;
    return max
      ? `<label><span>${word(label)}${type === "range" ? ' <b aria-hidden="true"></b>' : ""}</span>
        <input type="${type}" name="${name}" min="${min}" max="${max}" step="${step}" required></label>`
      : `<label><span>${word(label)}</span><select name="${name}">
        ${Object.entries(min).map(option).join("")}</select></label>`;
  }
  const row = ([name, ...cells]) =>
    `<tr><th scope="row">${word(name)}${cells.map((cell) => `<td data-value="${cell}">`).join("")}`;
  const button = ([name, label]) => `<button type="button" name="${name}">${word(label)}</button>`;
  const CLOCK = { back: "Back", on: "Step", play: "Play", end: "End" };

  // A figure has controls, plots (their text alternatives), head and rows of a table (a
  // row names the values in its cells), perhaps a clock (the control that plays), buttons,
  // touched(plot, x, y) and implied(settings), which both return settings. Its
  // draw(settings) draws and returns the texts of all values; that called `says` is a
  // sentence in which {name} stands for a value.
  class Figure extends HTMLElement {
    // Far off stands the static figure; a page is ready sooner.
    connectedCallback() {
      // of several reports at once the last one counts
      const come = (all) => all.at(-1).isIntersecting && !this.set && this.begin();
      new IntersectionObserver(come, { rootMargin: "50%" }).observe(this);
    }
    begin() {
      const { controls, plots, head, rows, clock, buttons } = this;
      const json = this.find("script");
      this.data = json ? JSON.parse(json.textContent) : {};
      const nth = [...document.querySelectorAll(this.localName)].indexOf(this);
      this.key = `${this.id || this.localName.slice(3) + (nth || "")}.`;
      [this.start, this.charts] = [{}, []];
      const address = new URLSearchParams(location.search);
      const kept = {};
      for (const name in controls) {
        const read = (text) => accept(controls[name], text ?? "");
        const usual = this.implied?.(this.start)[name] ?? controls[name][1];
        this.start[name] = read(this.getAttribute(name)) ?? usual;
        const found = read(address.get(this.key + name));
        if (found !== undefined) kept[name] = found;
      }
      this.set = { ...this.start, ...this.implied?.(kept), ...kept };
      const pressed = { ...(clock && CLOCK), ...buttons, reset: "Reset" };
      this.innerHTML = `<div class="gd"><div class="gd-plots">
        ${plots.map((name) => `<svg role="img" aria-label="${word(name)}"></svg>`).join("")}</div>
        <table class="gd-values"><tr>${head.map((name) => `<th scope="col">${word(name)}`).join("")}
        ${rows.map(row).join("")}</table><p class="gd-says"></p>
        <div class="gd-bar">${Object.entries(pressed).map(button).join("")}</div>
        <div class="gd-controls">${Object.entries(controls).map(controlOf).join("")}</div>
        <p role="status"></p></div>`;
      this.says = this.find(".gd-says");
      this.listen();
      // draws at once, too, when the page has been laid out
      new ResizeObserver(() => this.update()).observe(this.find(".gd-plots"));
    }
    disconnectedCallback() {
      clearInterval(this.timer);
    }
    find(selector) {
      return this.querySelector(selector);
    }
    listen() {
      this.oninput = ({ target }) => {
        const { name, type, value, validity } = target;
        if (validity.valid) this.change({ [name]: type === "select-one" ? value : +value });
        else this.find("[role=status]").textContent = this.says.textContent = target.validationMessage;
      };
      this.onclick = ({ target }) => target.matches("button") && this[target.name]();
      this.querySelectorAll("svg").forEach((svg, index) => {
        svg.onpointerdown = svg.onpointermove = ({ buttons, pointerId, offsetX, offsetY }) => {
          if (!buttons || !this.touched) return;
          svg.setPointerCapture(pointerId);
          const place = this.charts[index].under(offsetX, offsetY);
          this.change(this.touched(index, ...place));
        };
      });
    }
    // What the reader does ends what plays.
    change(settings) {
      this.timer = clearInterval(this.timer);
      this.go(settings);
    }
    go(settings) {
      Object.assign(this.set, settings && this.implied?.(settings), settings);
      this.update();
      clearTimeout(this.later);
      if (!this.timer) this.later = setTimeout(() => this.settle(), 400);
    }
    // Once nothing changes any more: keep the settings in the address, say the result.
    settle() {
      const { set, start, key } = this;
      const url = new URL(location);
      for (const name in set)
        if (set[name] === start[name]) url.searchParams.delete(key + name);
        else url.searchParams.set(key + name, set[name]);
      history.replaceState(history.state, "", url);
      this.find("[role=status]").textContent = this.says.textContent;
    }
    update() {
      const { set, controls, clock } = this;
      for (const name in controls) {
        const [, , min, max] = controls[name];
        if (max) set[name] = Math.max(min, Math.min(max, set[name]));
      }
      const values = this.draw(set);
      this.says.innerHTML = values.says.replace(/{(.*?)}/g, '<b data-value="$1"></b>');
      for (const name in values)
        for (const place of this.querySelectorAll(`[data-value="${name}"]`)) place.textContent = values[name];
      for (const chart of this.charts) chart.show();
      for (const input of this.querySelectorAll("input, select")) {
        const { name, type, parentNode } = input;
        if (name === clock && this.limit) input.max = this.limit();
        // nobody is corrected while typing
        if (type !== "number" || input !== document.activeElement) input.value = set[name];
        if (type === "range") parentNode.querySelector("b").textContent = plain(+set[name].toFixed(4));
      }
      if (clock) {
        const play = this.find("[name=play]");
        play.textContent = word(this.timer ? "Pause" : "Play");
        play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
      }
    }
    chart(index, x, y) {
      const svg = this.querySelectorAll(".gd-plots > svg")[index];
      return (this.charts[index] = new Chart(svg, x, y));
    }
    // The toy of these settings, run so far; and what was published of it up to there, as
    // [step, name of a value, digits].
    toyOf(experiment, how, steps) {
      const { label, lr, divisor, seed } = this.set;
      const wanted = `${[experiment, label, lr, divisor, seed]}`;
      if (this.wanted !== wanted) this.toy = new Toy(this.set, how);
      this.wanted = wanted;
      this.toy.run(steps);
      const { diverged } = this.toy;
      const failed = word("Diverges: step {diverged} has no finite loss.");
      this.failed = diverged ? failed.replace("{diverged}", diverged) : "";
      this.usual = wanted === `${[experiment, how.last, 0.3, 10, 20]}`;
      const published = (this.usual && this.data[experiment]) || [];
      return [this.toy, published.filter(([k]) => k <= steps)];
    }

    // What the buttons do.
    move(by) {
      this.change({ [this.clock]: this.set[this.clock] + by });
    }
    back() {
      this.move(-1);
    }
    on() {
      this.move(1);
    }
    end() {
      this.move(Infinity);
    }
    reset() {
      this.change({ ...this.start });
    }
    play() {
      const { clock, controls } = this;
      const last = () => this.limit?.() ?? controls[clock][3];
      if (this.timer) return this.change();
      if (this.set[clock] >= last()) this.set[clock] = controls[clock][2]; // once more
      this.timer = setInterval(() => {
        const now = this.set[clock];
        // the longer it plays, the faster
        this.go({ [clock]: Math.min(now + Math.ceil((now + 1) / 32), last()) });
        if (this.set[clock] === now) this.change();
      }, 250);
      this.update();
    }
  }

  function define(name, parts) {
    class Element extends Figure {}
    Object.assign(Element.prototype, parts);
    customElements.define(name, Element);
  }
  return { Random, contours, decades, define, fixed, power, seed, span, tensor, toyControls, word };
})();
