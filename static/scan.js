// A card scanned while another child's page is open opens that card, and never presses what has the focus.
// A wedge scanner types far faster than a hand: letters closer together than GAP ms are gathered, a card's address among them is followed here.
const GAP = 60;
const CARD = /\/C\/([0-9A-Z]{20})\W*$/i;
let typed = "";
let last = 0;
document.addEventListener(
  "keydown",
  (event) => {
    const now = event.timeStamp;
    if (now - last > GAP) typed = "";
    last = now;
    if (event.key.length === 1) typed += event.key;
    if (event.key !== "Enter") return;
    const card = typed.normalize("NFKC").match(CARD);
    typed = "";
    if (!card || event.target?.id === "code") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    location.assign(`/C/${card[1].toUpperCase()}`);
  },
  true,
);
