// Counts down what is left of the stay at the clinic. Without it the page tells the time until when to stay.
const target = document.querySelector("[data-until]");
const left = document.querySelector(".left");
const until = new Date(target.dataset.until);
const tick = () => {
  const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
  left.textContent = seconds ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
  if (!seconds) document.getElementById("state").textContent = target.dataset.over;
  return seconds;
};
if (tick()) {
  const timer = setInterval(() => tick() || clearInterval(timer), 1000);
}
