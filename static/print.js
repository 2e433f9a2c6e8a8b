// The list of prints looks again by itself as long as the page is in sight; nothing that a clerk is typing is touched.
const runs = document.getElementById("runs");
const EVERY = 2000;
async function look() {
  if (!document.hidden && !runs.contains(document.activeElement)) {
    const answer = await fetch(runs.dataset.address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const text = await answer.text();
      if (text !== look.last) runs.innerHTML = text;
      look.last = text;
    }
  }
  setTimeout(look, EVERY);
}
if (runs) setTimeout(look, EVERY);
