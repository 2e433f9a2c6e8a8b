// A wedge scanner ends what it types with Enter. In the box's field that leads on to the lot, not to sending the form.
const trace = document.getElementById("trace_code");
trace?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.getElementById("lot_number")?.focus();
});
