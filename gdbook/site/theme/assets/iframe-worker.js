// Search in a plain folder, where browsers grant no Worker: a hidden frame is one instead.
// The frame has the page's policy, so its scripts are files; none is written into it.
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = Object.assign(document.createElement("iframe"), { hidden: true });
      document.body.append(this.frame);
      const inside = (this.inside = this.frame.contentWindow);
      inside.document.open(); // else Firefox puts another document in place of this one
      inside.document.write("<body>");
      inside.document.close();
      const load = (src) =>
        new Promise((onload, onerror) => {
          const script = inside.document.createElement("script");
          inside.document.body.append(Object.assign(script, { src, onload, onerror }));
        });
      inside.importScripts = (...all) =>
        all.reduce((before, src) => before.then(() => load(src)), Promise.resolve());
      inside.postMessage = (data) =>
        this.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) }));
      this.ready = load(url);
    }
    postMessage(data) {
      const clone = () => ({ data: this.inside.structuredClone(data) });
      this.ready.then(() =>
        this.inside.dispatchEvent(new MessageEvent("message", clone())));
    }
    terminate() {
      this.frame.remove();
    }
  };
