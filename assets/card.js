// Keeping the card on this phone, for where there is no signal. The worker does it; here are its buttons.
const box = document.querySelector("[data-keep]");

if (box && "serviceWorker" in navigator && window.isSecureContext && "caches" in window) {
  const place = location.origin + location.pathname;
  const keep = box.querySelector("[data-keep-do]");
  const drop = box.querySelector("[data-keep-undo]");
  const said = box.querySelector("[role=status]");
  const when = (at) => new Date(at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });

  const show = async (words) => {
    const kept = await caches.match(place, { cacheName: "emol-card", ignoreVary: true });
    keep.textContent = kept ? "Fetch a fresh copy" : "Keep on this phone";
    drop.hidden = !kept;
    const at = kept && when(kept.headers.get("x-kept-at"));
    said.textContent = words ?? (at ? `Kept on this phone. Fetched ${at}; it opens without a signal.` : "");
  };

  const worker = async () => {
    const registration = await navigator.serviceWorker.register("/card-worker.js", { scope: "/card/" });
    if (registration.active) return registration.active;
    const coming = registration.installing ?? registration.waiting;
    return new Promise((ready, failed) => {
      coming.addEventListener("statechange", () => {
        if (coming.state === "activated") ready(coming);
        if (coming.state === "redundant") failed(new Error("the worker did not start"));
      });
    });
  };

  const ask = async (message, failure) => {
    try {
      const to = await worker();
      const done = await new Promise((answer) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => answer(data);
        to.postMessage(message, [port2]);
      });
      await show(done ? undefined : failure);
    } catch {
      await show(failure);
    }
  };

  keep.addEventListener("click", () => ask({ keep: place }, "It could not be fetched. Try again with a signal."));
  drop.addEventListener("click", () => ask({ drop: place }, "It could not be removed. Try again."));
  box.hidden = false;
  show();
}
