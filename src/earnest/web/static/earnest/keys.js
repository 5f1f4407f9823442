// Keys for everything people work on. Pages mark what a key does (data-key); this file only finds and presses
// it. Every page works without this file, and whoever does not want single keys switches them off (?).
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const ITEM = "[data-item], .stream .post";
  const FIELD = "input:not([type=hidden]):not([type=checkbox]), select, textarea";
  const ROOMS = {
    today: "t", inbox: "i", cases: "c", overview: "o", themes: "h", live: "l", alerts: "a", posts: "p",
    report: "r", places: "w", desk: "d", community: "m",
  };
  const reviewing = Boolean(one("[data-review]"));  // has keys of its own

  // ---- on or off, remembered in this browser ---------------------------------------------
  const off = () => root.dataset.keys === "off";
  root.dataset.keys = /(?:^|; )earnest_keys=off/.test(document.cookie) ? "off" : "on";

  function turn(on) {
    root.dataset.keys = on ? "on" : "off";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `earnest_keys=${on ? "on" : "off"}; Max-Age=31536000; Path=/; SameSite=Lax${secure}`;
    mark();
  }

  // ---- the item that keys act on ---------------------------------------------------------
  const shown = (element) => element.getClientRects().length > 0;
  const items = () => all(ITEM).filter(shown);
  const current = () => items().find((item) => item.getAttribute("aria-current") === "true");
  let place = 0;

  function choose(item) {
    for (const other of all(ITEM)) if (other !== item) other.removeAttribute("aria-current");
    if (!item) return;
    item.setAttribute("aria-current", "true");
    place = items().indexOf(item);
    const focus = item.hasAttribute("tabindex") ? item : one("[data-why]", item) || one("a, button", item);
    if (focus) focus.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const list = items();
    if (!list.length) return;
    const at = list.indexOf(current());
    choose(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + step))]);
  }

  // ---- choosing several -------------------------------------------------------------------
  let from = null;
  const box = (item) => item && one("[data-select]:not(:disabled)", item);

  function select(item, on) {
    const tick = box(item);
    if (!tick) return;
    tick.checked = on === undefined ? !tick.checked : on;
    tick.dispatchEvent(new Event("change", { bubbles: true }));
    from = item;
  }

  function reach() {
    const list = items();
    const here = list.indexOf(current());
    const there = list.indexOf(from);
    if (here < 0) return;
    const [low, high] = there < 0 ? [here, here] : [Math.min(here, there), Math.max(here, there)];
    for (const item of list.slice(low, high + 1)) if (box(item)) select(item, true);
  }

  // ---- pressing what is marked -----------------------------------------------------------
  function marked(key) {
    const named = `[data-key="${CSS.escape(key)}"]`;
    const bulk = one("[data-bulk]");
    if (bulk && one("[data-select]:checked")) {
      const found = one(named, bulk);
      if (found) return found;
    }
    const item = current();
    const inside = item && one(named, item);
    if (inside) return inside;
    return all(named).find((element) => !element.closest(ITEM) && !element.closest("[data-bulk]") && shown(element));
  }

  function press(element) {
    if (window.htmx) window.htmx.process(element.closest("[data-items]") || element.closest(ITEM) || element);
    const field = () => all(FIELD, element).find(shown) || all("button, a", element).find(shown);
    if (element.matches("dialog")) {
      element.showModal();
    } else if (element.matches("details")) {
      for (const other of all("details[data-key][open]", element.parentElement)) if (other !== element) other.open = false;
      element.open = true;
      // what is done most often is the first thing in it, a field or a button
      (all(`${FIELD}, button, a`, element).find(shown) || element).focus();
    } else if (element.matches("form")) {
      const folded = element.closest("details");
      if (folded) folded.open = true;
      (field() || element).focus();
    } else if (element.matches(FIELD)) {
      const folded = element.closest("details");
      if (folded) folded.open = true;
      element.focus();
    } else {
      element.click();
    }
  }

  // ---- what the keys are, said --------------------------------------------------------------
  const says = (element) => element.dataset.says || element.getAttribute("aria-label")
    || (one("summary", element) || element).textContent.trim().replace(/\s+/g, " ");

  function mark() {
    for (const element of all("[data-key]")) {
      const target = element.matches("details") ? one("summary", element) : element;
      if (!target) continue;
      if (off()) target.removeAttribute("aria-keyshortcuts");
      else target.setAttribute("aria-keyshortcuts", element.dataset.key);
    }
  }

  function line(list, keys, words) {
    const term = document.createElement("dt");
    for (const key of keys) {
      const shownKey = document.createElement("kbd");
      shownKey.textContent = key;
      term.append(shownKey, " ");
    }
    const said = document.createElement("dd");
    said.textContent = words;
    list.append(term, said);
  }

  const rooms = () => all(".rooms a").map((link) => {
    const name = new URL(link.href).pathname.split("/").filter(Boolean).pop();
    return { link, key: ROOMS[name] };
  }).filter((room) => room.key);

  function help() {
    const own = one("#keys-help");
    const dialog = one("#all-keys") || own;
    if (!dialog || !own) return;
    if (dialog.open) { dialog.close(); return; }
    const more = one("[data-keys-more]");
    if (dialog !== own && !dialog.contains(more)) dialog.insertBefore(more, one("form[method=dialog]", dialog));
    const list = one("[data-keys-here]", more);
    list.replaceChildren();
    const told = new Set();
    const known = dialog === own ? new Set() : new Set(all("kbd", dialog).map((key) => key.textContent));
    for (const element of all("[data-key]")) {
      const key = element.dataset.key;
      if (told.has(key) || known.has(key)) continue;
      told.add(key);
      line(list, [key], says(element));
    }
    for (const { link, key } of rooms()) line(list, ["g", key], link.firstChild.textContent.trim());
    const tick = one("[data-keys-on]", more);
    tick.checked = !off();
    for (const element of all("[data-keys-items]", own)) element.hidden = !items().length;
    dialog.showModal();
  }

  // ---- listening ------------------------------------------------------------------------------
  let going = 0;

  function go(key) {
    going = 0;
    const room = rooms().find((one) => one.key === key);
    if (room) room.link.click();
  }

  const own = {
    j: () => move(1),
    k: () => move(-1),
    J: () => { select(current(), true); move(1); select(current(), true); },
    K: () => { select(current(), true); move(-1); select(current(), true); },
    x: () => { if (!current()) move(0); select(current()); },
    X: reach,
    Enter: () => { const open = current() && one("[data-open]", current()); if (open) open.click(); return Boolean(open); },
    "/": () => { const search = one("[data-search]"); if (search) press(search); return Boolean(search); },
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (typing) {
      if (event.key === "Escape") { const item = typing.closest(ITEM); shut(typing); if (item) choose(item); }
      else if (event.key === "Enter" && typing.dataset.enter) {
        const button = one(`button[value="${CSS.escape(typing.dataset.enter)}"]`, typing.closest("form"));
        if (button) { event.preventDefault(); button.click(); }
      }
      return;
    }
    if (one("dialog[open]")) { if (event.key === "?" && !off()) { event.preventDefault(); help(); } return; }
    if (event.key === "Escape") {
      const item = event.target.closest(ITEM);
      if (shut(event.target) && item) choose(item);
      return;
    }
    if (off()) return;
    if (going && Date.now() - going < 1500) { event.preventDefault(); go(event.key); return; }
    going = 0;
    if (event.key === "g") { event.preventDefault(); going = Date.now(); return; }
    if (event.key === "?" && one("#keys-help")) { event.preventDefault(); help(); return; }
    if (reviewing) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    if (Object.hasOwn(own, event.key)) {
      if ((event.key === "j" || event.key === "k") && !items().length) return;
      if (own[event.key]() !== false) { event.preventDefault(); return; }
    }
    if (event.key.length !== 1) return;
    const element = marked(event.key);
    if (element) { event.preventDefault(); press(element); }
  }, true);  // before the keys of single pages

  function shut(within) {
    const open = within.closest("details[data-key][open]");
    if (open) open.open = false;
    return Boolean(open);
  }

  // ---- after a part of the page was made anew -----------------------------------------------------
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]")) { help(); return; }
    const item = event.target.closest(ITEM);
    if (item && item !== current()) {
      for (const other of all(ITEM)) other.removeAttribute("aria-current");
      item.setAttribute("aria-current", "true");
      place = items().indexOf(item);
    }
    if (event.shiftKey && event.target.matches("[data-select]")) reach();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    mark();
    const inside = event.detail.target;
    if (!inside || !inside.matches("[data-items]") || reviewing) return;
    from = null;
    const list = items();
    if (list.length) choose(list[Math.min(Math.max(place, 0), list.length - 1)]);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) turn(event.target.checked);
  });
  mark();
})();
