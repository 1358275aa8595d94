// Comfort on top of pages that work without it.

// Buttons that only a script can serve appear when there is one.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// "/" goes to the search box, as in most lists.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector("input[type=search]");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// What is wrong is read first, and what somebody asked to see.
document.querySelector(".summary, .conflict, .preview")?.focus();

// What was typed and not sent is not left by a slip; a page that came back with something to mend has it, too.
for (const summary of document.querySelectorAll("form[method=post] .summary")) {
  summary.closest("form").dataset.typed = "yes";
}
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.method === "post") form.dataset.typed = "yes";
});
document.addEventListener("submit", (event) => { delete event.target.dataset.typed; });
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-typed]")) event.preventDefault();
});

// A form is sent once; the page kept by "back" can send again.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A text is shown as it is typed: the server lays it out, as it does for the button.
for (const form of document.querySelectorAll("form[data-live]")) {
  const shown = () => document.getElementById(form.dataset.live);
  let waiting, asked;
  // A page that comes back from a preview holds what is not saved yet.
  if (shown()?.querySelector(".badge.warn")) form.dataset.typed = "yes";
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("preview", "yes");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of [form.dataset.live, "difference"]) {
        const fresh = page.getElementById(id);
        // Only what is in it: whoever has scrolled stays where they are.
        if (fresh) document.getElementById(id)?.replaceChildren(...fresh.childNodes);
      }
    } catch { /* The next letter tries again; the button is there, too. */ }
    shown()?.classList.remove("waits");
  };
  form.addEventListener("input", () => {
    shown()?.classList.add("waits");
    clearTimeout(waiting);
    waiting = setTimeout(show, 500);
  });
}

// Links and anchors into a closed action open it.
const reveal = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const action = target && target.closest("details");
  if (action) action.open = true;
};
window.addEventListener("hashchange", reveal);
reveal();

// Choosing people: one tick for the page, shift for a row of them, and how many there are.
for (const form of document.querySelectorAll("form.choose")) {
  const ticks = [...form.querySelectorAll("input[name=person]")];
  const button = form.querySelector(".doing button:not([name])");
  const words = button.textContent;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "Choose everybody on this page");
  form.querySelector("th.tick").replaceChildren(all);
  let last = null;
  const count = () => {
    const ticked = ticks.filter((tick) => tick.checked).length;
    all.checked = ticked === ticks.length;
    all.indeterminate = ticked > 0 && ticked < ticks.length;
    button.textContent = ticked ? words.replace("those ticked", `the ${ticked} ticked`) : words;
  };
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    count();
  });
  for (const tick of ticks) {
    tick.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [ticks.indexOf(last), ticks.indexOf(tick)].sort((a, b) => a - b);
        for (const between of ticks.slice(from, to + 1)) between.checked = tick.checked;
      }
      last = tick;
      count();
    });
  }
  window.addEventListener("pageshow", count);
}
