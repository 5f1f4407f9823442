// Keys, the live stream, and small comforts. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- posts: the one the keys act on ---------------------------------------------------
  const posts = () => all(".stream .post");
  const current = () => one('.stream .post[aria-current="true"]');

  function choose(post) {
    for (const other of all('.stream .post[aria-current]')) other.removeAttribute("aria-current");
    if (!post) return;
    post.setAttribute("aria-current", "true");
    const why = one("[data-why]", post);
    if (why) why.focus({ preventScroll: true });
    post.scrollIntoView({ block: "nearest" });
  }

  function press(selector) {
    const control = current() && one(selector, current());
    if (!control) return;
    if (window.htmx) window.htmx.process(current());  // a row that has just been swapped in
    control.click();
  }

  function move(step) {
    const list = posts();
    const at = list.indexOf(current());
    choose(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + step))]);
  }

  // ---- live: new posts wait until they are asked for ---------------------------------------
  const stream = one("[data-stream]");
  const state = one("[data-new]");
  const lost = one("[data-lost]");
  const pauseButton = one("[data-pause]");
  let source = null;
  let waiting = [];
  let last = "";

  function say() {
    const count = waiting.length;
    state.hidden = count === 0;
    const link = one("a", state);
    const words = count === 1 ? link.dataset.one : link.dataset.many.replace("#", count);
    if (count && link.textContent !== words) link.textContent = words;
  }

  function show() {
    const fresh = [];
    for (const html of waiting) {
      const template = document.createElement("template");
      template.innerHTML = html;
      const post = template.content.firstElementChild;
      const old = document.getElementById(post.id);
      if (old) old.remove();
      post.classList.add("fresh");
      stream.prepend(post);
      if (window.htmx) window.htmx.process(post);
      fresh.push(post);
    }
    for (const old of posts().slice(200)) old.remove();
    waiting = [];
    const nothing = one("[data-nothing]");
    if (nothing) nothing.hidden = true;
    say();
    if (fresh.length) choose(fresh[fresh.length - 1]);
  }

  function listen() {
    const url = new URL(stream.dataset.stream, location.href);
    if (last) url.searchParams.set("after", last);
    source = new EventSource(url);
    source.addEventListener("post", (event) => {
      last = event.lastEventId || last;
      waiting = waiting.filter((html) => html !== event.data).concat(event.data).slice(-200);
      say();
    });
    source.addEventListener("there", (event) => {
      const there = new Set(event.data.split(" ").filter(Boolean).map(Number));
      const oldest = Math.min(...there);
      for (const post of posts()) {
        const id = Number(post.id.slice(1));
        if (!there.size || (id >= oldest && !there.has(id))) post.remove();
      }
    });
    source.addEventListener("gone", (event) => {
      for (const id of event.data.split(" ")) {
        waiting = waiting.filter((html) => !html.includes(`id="p${id}"`));
        document.getElementById(`p${id}`)?.remove();
      }
      say();
    });
    source.addEventListener("passed", (event) => {
      const template = document.createElement("template");
      template.innerHTML = event.data;
      const passed = one("[data-passed]");
      passed.replaceChildren(template.content);
      passed.hidden = false;
    });
    source.addEventListener("pace", (event) => {
      const template = document.createElement("template");
      template.innerHTML = event.data;
      const open = Boolean(one("[data-minutes] details[open]"));
      one("[data-minutes]").replaceChildren(template.content);
      if (open) one("[data-minutes] details").open = true;
      const now = one("[data-minutes] [data-rate]");
      if (now) one("[data-pace]").replaceChildren(...now.cloneNode(true).childNodes);
    });
    source.addEventListener("again", () => { source.close(); setTimeout(() => { if (source) listen(); }, 1000); });
    source.onopen = () => { lost.hidden = true; };
    source.onerror = () => {
      lost.hidden = false;
      lost.textContent = lost.dataset.lost;
      if (source && source.readyState === EventSource.CLOSED) setTimeout(() => { if (source) listen(); }, 5000);
    };
  }

  function pause() {
    const paused = Boolean(source);
    pauseButton.setAttribute("aria-pressed", String(paused));
    one("span", pauseButton).textContent = paused ? pauseButton.dataset.goOn : pauseButton.dataset.pause;
    if (paused) { source.close(); source = null; lost.hidden = true; } else listen();
  }

  if (stream) {
    if (stream.dataset.stream && window.EventSource) listen();
    one("a", state).addEventListener("click", (event) => { event.preventDefault(); show(); });
    pauseButton.addEventListener("click", pause);
    addEventListener("pagehide", () => { if (source) source.close(); });
  }

  // ---- keys -------------------------------------------------------------------------------
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    w: () => { if (!current()) move(0); press("[data-why]"); },
    n: () => { if (stream && waiting.length) show(); },
    p: () => { if (pauseButton) pause(); },
    "/": () => {
      const search = one("[data-search]");
      if (!search) return;
      const folded = search.closest("details");
      if (folded) folded.open = true;
      search.focus();
    },
    "?": () => { const dialog = one("#all-keys"); if (dialog) dialog.open ? dialog.close() : dialog.showModal(); },
  };
  for (const choice of ["1", "2", "3"]) {
    keys[choice] = () => press(`[data-choice="${choice}"]`);
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (root.dataset.keys === "off") return;
    if (event.target.closest("input, select, textarea") || (one("dialog[open]") && event.key !== "?")) return;
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // ---- comforts ---------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const post = event.target.closest(".stream .post");
    if (post && post !== current()) {
      for (const other of all('.stream .post[aria-current]')) other.removeAttribute("aria-current");
      post.setAttribute("aria-current", "true");
    }
  });
  for (const form of all("form[data-clean]")) {
    form.addEventListener("submit", () => {
      for (const field of all("input, select", form)) if (!field.value) field.disabled = true;
    });
    addEventListener("pageshow", () => { for (const field of all("input, select", form)) field.disabled = false; });
  }
  for (const table of all(".scroll[data-newest]")) table.scrollLeft = table.scrollWidth;
  document.addEventListener("htmx:beforeSwap", (event) => {
    // an error's sentence is shown beside the post, which stays as it was
    if (event.detail.xhr.status < 400) return;
    const post = event.detail.target.closest(".post");
    if (!post || !event.detail.xhr.responseText) return;
    for (const old of all(":scope > .state", post)) old.remove();
    post.insertAdjacentHTML("beforeend", event.detail.xhr.responseText);
  });
})();
