// The counter's camera: the browser reads the code where it can; else small frames go to the server, which forgets them.
// What was read is put into the field and, where the page asks for it, sent at once. A field may want boxes or cards: all kinds are read.
const KINDS = ["qr_code", "data_matrix", "code_128"];
const EVERY = 260; // ms between frames: four a second is as fast as a hand moves
const SIDE = 640; // pixels across a frame that goes to the server
const PHOTO = 1600; // pixels across a photo that goes to the server
const QUALITY = 0.75;

const detector = async () => {
  if (!("BarcodeDetector" in window)) return null;
  const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return KINDS.every((kind) => known.includes(kind)) ? new BarcodeDetector({ formats: KINDS }) : null;
};

const asJpeg = (source, width, height, largest) => {
  const scale = Math.min(1, largest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
};

class Eye {
  constructor(root) {
    this.root = root;
    this.dialog = root.querySelector("dialog");
    this.video = root.querySelector("video");
    this.status = root.querySelector("[role=status]");
    this.fault = root.querySelector("[data-fault]");
    this.torch = root.querySelector("[data-torch]");
    this.stream = null;
    const opener = root.querySelector("[data-open]");
    opener.hidden = !navigator.mediaDevices?.getUserMedia;
    opener.addEventListener("click", () => this.open());
    root.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.stop());
    this.torch.addEventListener("click", () => this.light());
    this.video.addEventListener("click", () => this.focus());
    root.querySelector("[data-photo] input").addEventListener("change", (event) => this.photo(event.target));
    root.hidden = false;
  }

  say(word) {
    this.status.textContent = word ? this.status.dataset[word] : "";
  }

  async open() {
    this.fault.textContent = "";
    const wish = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } }, audio: false };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(wish);
    } catch {
      this.fault.textContent = this.status.dataset.refused;
      return;
    }
    this.dialog.showModal();
    this.say("told");
    this.video.srcObject = this.stream;
    await this.video.play();
    const able = this.track().getCapabilities?.() ?? {};
    this.torch.hidden = !able.torch;
    this.look(await detector());
  }

  track() {
    return this.stream.getVideoTracks()[0];
  }

  async light() {
    const lit = this.torch.getAttribute("aria-pressed") === "true";
    await this.track().applyConstraints({ advanced: [{ torch: !lit }] });
    this.torch.setAttribute("aria-pressed", String(!lit));
  }

  async focus() {
    const able = this.track().getCapabilities?.().focusMode ?? [];
    if (able.includes("single-shot")) await this.track().applyConstraints({ advanced: [{ focusMode: "single-shot" }] });
  }

  async look(reader) {
    while (this.stream) {
      const began = performance.now();
      const text = await this.seen(reader).catch(() => {
        this.say("lost");
        return null;
      });
      if (text && this.stream) return this.found(text);
      await new Promise((resolve) => setTimeout(resolve, Math.max(30, EVERY - (performance.now() - began))));
    }
  }

  async seen(reader) {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return null;
    if (reader) return (await reader.detect(this.video))[0]?.rawValue ?? null;
    return this.ask(await asJpeg(this.video, videoWidth, videoHeight, SIDE));
  }

  async ask(picture) {
    const headers = { "Content-Type": "image/jpeg", "X-CSRFToken": this.root.dataset.secret };
    const answer = await fetch(this.root.dataset.frames, { method: "POST", body: picture, headers });
    if (answer.status === 422) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).codes[0]?.text ?? null;
  }

  async photo(input) {
    const file = input.files[0];
    if (!file) return;
    this.fault.textContent = this.status.dataset.busy;
    try {
      const picture = await createImageBitmap(file);
      const text = await this.ask(await asJpeg(picture, picture.width, picture.height, PHOTO));
      this.fault.textContent = text ? "" : this.status.dataset.none;
      if (text) this.found(text);
    } catch {
      this.fault.textContent = this.status.dataset.none;
    }
    input.value = "";
  }

  found(text) {
    navigator.vibrate?.(60);
    if (this.dialog.open) this.dialog.close();
    const field = document.getElementById(this.root.dataset.camera);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    if ("sends" in this.root.dataset) field.form.requestSubmit();
    else field.focus();
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }
}

document.querySelectorAll("[data-camera]").forEach((root) => new Eye(root));
