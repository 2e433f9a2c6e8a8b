// Has the browser keep this page, and the pages to read that it names, for when there is no network. Without it nothing is kept.
const kept = document.documentElement.hasAttribute("data-kept");
const path = document.body.dataset.keep;
const html = "<!doctype html>\n" + document.documentElement.outerHTML; // as it came: this script runs before any that changes the page

async function keep() {
  await navigator.serviceWorker.register("/family-worker.js", { scope: "/C/" });
  const { active } = await navigator.serviceWorker.ready;
  const spares = navigator.connection && navigator.connection.saveData;
  const also = spares ? [] : [...document.querySelectorAll("a[data-keep]")].map((link) => new URL(link.href).pathname);
  active.postMessage({ keep: path, html, also });
}

if (path && !kept && "serviceWorker" in navigator && window.caches && location.pathname.startsWith("/C/")) {
  if (document.readyState === "complete") keep();
  else addEventListener("load", () => setTimeout(keep));
}
