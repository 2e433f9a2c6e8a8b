// The box's field: what a scanner types or the camera reads is asked about at once, and what is known of the box fills the empty fields.
// A scanner ends what it types with Enter: here that leads on to what is still to be filled in, never to sending the form.
const trace = document.getElementById("trace_code");
const told = document.getElementById("box-told");
const field = (name) => document.getElementById(name);
const SEPARATOR = "\u001d"; // what GS1 writes after a text of any length; scanners type it as Ctrl+]
let asked = "";

const onward = () => {
  const empty = ["vaccine", "lot_number", "expires_on"].map(field).find((each) => each && !each.value);
  (empty ?? document.querySelector("input[name=identity]"))?.focus();
};

const filled = (name, value) => {
  if (value && field(name)) field(name).value = value;
};

const understand = (box) => {
  const chosen = field("vaccine");
  filled("lot_number", box.lot_number);
  filled("expires_on", box.expires_on);
  if (box.vaccine && !chosen.value) chosen.value = box.vaccine;
  const other = box.vaccine && chosen.value !== box.vaccine;
  const known = box.lot_number || box.expires_on;
  told.className = other ? "why" : "small";
  told.textContent = other ? told.dataset.other.replace("{}", box.vaccine_name) : known ? told.dataset[box.from_open_vial ? "vial" : "read"] : "";
  if (!other) onward();
};

const inWords = ({ detail, advice }) =>
  advice ? told.dataset.fault.replace("{problem}", () => detail).replace("{advice}", () => advice) : detail;

const ask = async () => {
  const code = trace.value.trim();
  if (!code || code === asked) return code ? onward() : undefined;
  asked = code;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": trace.form.elements.csrf_token.value };
  const answer = await fetch(told.dataset.ask, { method: "POST", headers, body: JSON.stringify({ code }) }).catch(() => null);
  if (answer?.ok) return understand(await answer.json());
  const fault = answer?.status === 422 ? await answer.json() : null;
  told.className = "why";
  told.textContent = fault ? inWords(fault) : "";
  if (!fault) onward();
};

trace?.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "]") {
    event.preventDefault();
    trace.setRangeText(SEPARATOR, trace.selectionStart, trace.selectionEnd, "end");
  }
  if (event.key !== "Enter") return;
  event.preventDefault();
  ask();
});
trace?.addEventListener("change", ask);
