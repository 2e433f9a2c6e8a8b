// A browser writes dates its own way, whatever the page's language. Where the two differ, each date is said below its field in the page's.
const page = document.documentElement.lang;
const say = new Intl.DateTimeFormat(page, { dateStyle: "long", timeZone: "UTC" });
const kind = (language) => language.split("-")[0];

const beside = (field) => {
  const said = document.createElement("output");
  said.className = "small tn";
  said.htmlFor = field.id;
  field.after(said);
  return said;
};

if (kind(navigator.language) !== kind(page)) {
  for (const field of document.querySelectorAll(".field input[type=date]")) {
    const said = beside(field);
    const tell = () => (said.textContent = field.value ? say.format(new Date(`${field.value}T00:00Z`)) : "");
    field.addEventListener("input", tell);
    field.addEventListener("change", tell);
    tell();
  }
}
