// Keeps the first view of a card as it was last seen, and what there is to read, for when there is no network.
// A page is kept under a mark and sealed with a key that are both made from its address: who has not the card finds and opens nothing.
const PAGES = "vaxcard-pages-1";
const PARTS = "vaxcard-parts-1";
const OFFLINE = "/offline";
const KEPT_PATH = /^\/C\/[0-9A-Z]{20}(?:\/know(?:\/(?!find$)[a-z0-9-]+)?)?$/;
const PART_PATH = /^\/(?:static|look)\//;
const VERSIONED = /[?&]v=|\.css$/;
const MOST_PARTS = 24;
const PATIENCE = 5000; // milliseconds that a page may take before the kept one is shown
const MOST_PAGES = 60;
const LONGEST_KEPT = 60 * 86400000; // milliseconds
const FRESH_FOR = 7 * 86400000; // milliseconds before what there is to read is fetched again

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(PARTS).then((parts) => parts.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(clearOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(KEPT_PATH.test(url.pathname) ? page(event, url.pathname) : elsewhere(request));
  else if (PART_PATH.test(url.pathname)) event.respondWith(part(request));
});

self.addEventListener("message", (event) => {
  const { keep, html, also, forget } = event.data;
  if (forget) event.waitUntil(forgetAll());
  else if (keep && KEPT_PATH.test(keep)) event.waitUntil(Promise.all([seal(keep, html), keepParts(html)]).then(() => readAhead(also || [])));
});

async function page(event, path) {
  const answered = fetch(event.request).then((answer) => {
    if (answer.status >= 500) throw new Error("the service is out of order");
    return answer;
  });
  const looked = answered.then((answer) => look(path, answer.clone()));
  event.waitUntil(looked.catch(() => undefined)); // no network: said on the page that is shown instead
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(() => unseal(path)).then((kept) => kept || answered);
  try {
    return await Promise.race([answered, late]);
  } catch {
    return (await unseal(path)) || caches.match(OFFLINE);
  }
}

async function elsewhere(request) {
  try {
    return await fetch(request);
  } catch {
    return caches.match(OFFLINE);
  }
}

// A drawing, a script or a stylesheet bears its version in its address: once fetched it stays true.
async function part(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && VERSIONED.test(request.url)) await keepPart(request, answer.clone());
  return answer;
}

// What a page that was open before this worker began was drawn with.
async function keepParts(html) {
  const named = (html.match(/"\/(?:static|look)\/[^"#]+/g) || []).map((each) => each.slice(1));
  for (const address of new Set(named.filter((each) => VERSIONED.test(each)))) await part(new Request(address));
}

async function keepPart(request, answer) {
  const parts = await caches.open(PARTS);
  await parts.put(request, answer);
  const old = (await parts.keys()).filter((each) => !each.url.endsWith(OFFLINE));
  await Promise.all(old.slice(0, Math.max(0, old.length - MOST_PARTS)).map((each) => parts.delete(each)));
}

async function look(path, answer) {
  if (answer.ok && (answer.headers.get("Content-Type") || "").startsWith("text/html")) await seal(path, await answer.text());
  else if (answer.status === 404 || answer.status === 410) await drop(path); // the card is out of use
}

// What there is to read at this age: the pages that the first view names, and those that the page of an age names.
async function readAhead(paths) {
  for (const path of paths.filter((each) => KEPT_PATH.test(each))) {
    const kept = await opened(path);
    const html = kept && Date.now() - kept.at < FRESH_FOR ? kept.html : await fetched(path);
    if (!html || !/\/know\/age-\d+$/.test(path)) continue;
    const named = new Set(html.match(/\/C\/[0-9A-Z]{20}\/know\/(?!age-|find)[a-z0-9-]+/g) || []);
    await readAhead([...named]);
  }
}

async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) return null;
  const html = await answer.text();
  await seal(path, html);
  return html;
}

// Sealing. Both the mark and the key are made from the address, of which the card's token is 100 bits.

async function made(path) {
  const written = new TextEncoder().encode(path);
  const material = await crypto.subtle.importKey("raw", written, "HKDF", false, ["deriveBits", "deriveKey"]);
  const how = (info) => ({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(info) });
  const bits = new Uint8Array(await crypto.subtle.deriveBits(how("mark"), material, 128));
  const key = await crypto.subtle.deriveKey(how("key"), material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { mark: "/kept/" + [...bits].map((byte) => byte.toString(16).padStart(2, "0")).join(""), key };
}

async function seal(path, html) {
  const { mark, key } = await made(path);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const written = new TextEncoder().encode(JSON.stringify({ at: Date.now(), html }));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, written);
  const pages = await caches.open(PAGES);
  await pages.delete(mark);
  await pages.put(mark, new Response(new Blob([iv, sealed])));
  const marks = await pages.keys();
  await Promise.all(marks.slice(0, Math.max(0, marks.length - MOST_PAGES)).map((each) => pages.delete(each)));
}

async function opened(path) {
  const { mark, key } = await made(path);
  const kept = await (await caches.open(PAGES)).match(mark);
  if (!kept) return null;
  const sealed = new Uint8Array(await kept.arrayBuffer());
  const written = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(0, 12) }, key, sealed.slice(12));
  const page = JSON.parse(new TextDecoder().decode(written));
  if (Date.now() - page.at < LONGEST_KEPT) return page;
  await drop(path);
  return null;
}

async function drop(path) {
  const pages = await caches.open(PAGES);
  for (const each of new Set([path, path.slice(0, 23)])) await pages.delete((await made(each)).mark);
}

// The kept page, which says how old it is.
async function unseal(path) {
  const page = await opened(path);
  if (!page) return null;
  const lang = (/<html[^>]* lang="([^"]+)"/.exec(page.html) || [])[1] || "en";
  const isOfToday = new Date(page.at).toDateString() === new Date().toDateString();
  const told = page.html
    .replace("<html ", `<html data-kept="${isOfToday ? "today" : "earlier"}" `)
    .replace(/<p class="kept" hidden(?:="")?>/, '<p class="kept" role="status">')
    .replace("<time></time>", `<time>${age(page.at, lang)}</time>`);
  return new Response(told, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

function age(at, lang) {
  const minutes = Math.max(1, Math.round((Date.now() - at) / 60000));
  const words = new Intl.RelativeTimeFormat(lang, { numeric: "always" });
  if (minutes < 60) return words.format(-minutes, "minute");
  return minutes < 2880 ? words.format(-Math.round(minutes / 60), "hour") : words.format(-Math.round(minutes / 1440), "day");
}

async function clearOld() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== PAGES && name !== PARTS).map((name) => caches.delete(name)));
}

async function forgetAll() {
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await self.registration.unregister();
}
