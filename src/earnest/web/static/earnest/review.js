// Keys of the review queue beside those of desk.js. The page works without this file.
(() => {
  "use strict";
  const list = document.querySelector("[data-review]");
  if (!list) return;
  const posts = () => [...list.querySelectorAll(".post")];
  const current = () => list.querySelector('.post[aria-current="true"]');
  let last = null;

  function choose(post) {
    for (const other of posts()) other.removeAttribute("aria-current");
    if (!post) return;
    post.setAttribute("aria-current", "true");
    const first = post.querySelector("[data-first]") || post.querySelector("[data-undo]");
    if (first && !first.matches("input")) first.focus({ preventScroll: true });
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    post.scrollIntoView({ block: "nearest" });
  }

  function press(post, selector) {
    const control = post && post.querySelector(selector);
    if (!control) return false;
    if (window.htmx) window.htmx.process(post);
    control.click();
    return true;
  }

  const open = () => posts().find((post) => post.dataset.state === "asked");

  function move(step) {
    const all = posts();
    const at = all.indexOf(current());
    choose(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    Enter: () => { if (!press(current(), '[data-choice="1"]') && !open()) document.querySelector("[data-more]")?.click(); },
    l: () => { const field = (current() || open())?.querySelector("[data-type]"); if (field) { choose(field.closest(".post")); field.focus(); } },
    s: () => press(current(), "[data-skip]"),
    u: () => press(last && document.getElementById(last), "[data-undo]") || press(current(), "[data-undo]"),
    4: () => press(current(), '[data-choice="4"]'),
    5: () => press(current(), '[data-choice="5"]'),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.documentElement.dataset.keys === "off") return;
    if (document.querySelector("dialog[open]") || !Object.hasOwn(keys, event.key)) return;
    if (event.target.closest("input, select, textarea")) return;
    if (event.key === "Enter" && event.target.closest("a, button") && !event.target.closest(".post")) return;
    event.preventDefault();
    keys[event.key]();
  }, true);  // before desk.js, which moves without choosing a button
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("[data-type]")) event.target.blur();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const id = event.detail.target.id;
    const post = document.getElementById(id);
    if (!post || !list.contains(post)) return;
    last = post.dataset.state === "asked" ? null : id;
    choose(last ? open() || post : post);
  });
  choose(open());
})();
