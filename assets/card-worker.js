// Keeps cards that somebody asked to have on this phone, and shows the copy where the register does not answer.
// It sees the pages below /card/ and what they load; of all others, and of cards that nobody kept, it keeps nothing.
const SHELF = "emol-card";
const PATIENCE = 4000;
const PARTS = /(?:href|src)="(\/static\/[^"]+|\/theme\.css[^"]*|\/favicon\.svg|\/check\/[\w-]+\.svg)"/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const find = (what) => caches.match(what, { cacheName: SHELF, ignoreVary: true });
const ours = (place) => new URL(place).origin === location.origin && new URL(place).pathname.startsWith("/card/");
const pages = async (shelf) => (await shelf.keys()).filter(({ url }) => ours(url));

// What a page shows besides its words, as addresses.
const parts = (text) =>
  [...text.matchAll(PARTS)].map(([, path]) => new URL(path.replaceAll("&amp;", "&").replaceAll("&#x3D;", "="), location).href);

// Takes off the shelf what no page on it shows: an earlier release's parts, the code of a card that went.
const sweep = async (shelf) => {
  const kept = await pages(shelf);
  const texts = await Promise.all(kept.map(async (page) => (await shelf.match(page, { ignoreVary: true })).text()));
  const shown = new Set([...kept.map(({ url }) => url), ...texts.flatMap(parts)]);
  for (const request of await shelf.keys()) {
    if (!shown.has(request.url)) await shelf.delete(request, { ignoreVary: true });
  }
};

// Puts a page on the shelf, with all that it shows, and says when it was fetched.
const store = async (place, answer) => {
  const text = await answer.text();
  if (!text.includes('<article class="pass"')) throw new Error("this is no card");
  const shelf = await caches.open(SHELF);
  await Promise.all(parts(text).map(async (part) => (await find(part)) ?? shelf.add(part)));
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set("x-kept-at", new Date().toISOString());
  await shelf.put(place, new Response(text, { headers }));
  await sweep(shelf);
};

const keep = async (place) => {
  if (!ours(place)) throw new Error("only cards are kept");
  const answer = await fetch(place, { cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error("the card did not come");
  await store(place, answer);
};

const drop = async (place) => {
  const shelf = await caches.open(SHELF);
  await shelf.delete(place, { ignoreVary: true });
  if ((await pages(shelf)).length) return sweep(shelf);
  await caches.delete(SHELF);
  await self.registration.unregister();
};

self.addEventListener("message", (event) => {
  const { keep: kept, drop: dropped } = event.data;
  const done = kept ? keep(kept) : drop(dropped);
  const answer = (well) => event.ports[0].postMessage(well);
  event.waitUntil(done.then(() => answer(true), () => answer(false)));
});

const long = (date) => date.toLocaleDateString("en-GB", { dateStyle: "long" });

// The copy, marked with when it was fetched, and as over when something on it has run out since.
const copy = async (kept) => {
  let text = await kept.text();
  const at = new Date(kept.headers.get("x-kept-at"));
  const reveal = (name, words) => {
    text = text.replace(new RegExp(`${name} hidden(.*?)<time></time>`, "s"), `${name}$1<time>${words}</time>`);
  };
  reveal("data-kept", at.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" }));
  const today = new Date();
  const day = [today.getFullYear(), today.getMonth() + 1, today.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  const until = text.match(/data-good-until="([\d-]+)"/)?.[1];
  if (until && until < day) {
    reveal("data-over", long(new Date(`${until}T12:00`)));
    text = text.replace('<article class="pass"', '<article class="pass over"');
  }
  const asof = text.match(/class="asof"><time datetime="([\d-]+)">([^<]+)</);
  if (asof && asof[1] < day) text = text.replace("<h2>May fight today</h2>", `<h2>Could fight on ${asof[2]}</h2>`);
  return new Response(text, { headers: kept.headers });
};

const page = async (request, place) => {
  const kept = await find(place);
  if (!kept) return fetch(request);
  try {
    const late = new Promise((_, give) => setTimeout(() => give(new Error("no answer")), PATIENCE));
    const fresh = await Promise.race([fetch(request), late]);
    if (fresh.status >= 500) return copy(kept);
    // The card is gone, or has another address: so is the copy.
    if (fresh.status === 404) await drop(place);
    if (fresh.ok && !fresh.redirected) await store(place, fresh.clone()).catch(() => {});
    return fresh;
  } catch {
    return copy(kept);
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const place = url.origin + url.pathname;
  if (request.mode !== "navigate") event.respondWith(find(request).then((kept) => kept ?? fetch(request)));
  else if (ours(place)) event.respondWith(page(request, place));
});
