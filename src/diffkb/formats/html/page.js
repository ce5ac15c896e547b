"use strict";
{
  const root = document.documentElement;
  const THEMES = ["automatic", "light", "dark"];

  // A page opened from a disk may be refused the store.
  const recall = (name) => {
    try {
      return localStorage.getItem(`diffkb-${name}`);
    } catch {
      return null;
    }
  };
  const remember = (name, value) => {
    try {
      localStorage.setItem(`diffkb-${name}`, value);
    } catch {
      // It holds for this visit.
    }
  };

  const setTheme = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  // Before anything is drawn, so that nothing changes its colour or its place later.
  setTheme(recall("theme"));
  root.classList.add("live");

  // The folding of the command line's searches: neither case nor accents count.
  const LETTERS = { ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ħ: "h", ß: "ss" };
  const fold = (text) =>
    text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[øłđðþæœıħß]/g, (letter) => LETTERS[letter]);

  const start = () => {
    const form = document.querySelector(".filters");
    const search = form.elements.q;
    const clear = form.querySelector("[type=reset]");
    const status = form.querySelector("[role=status]");
    const nothing = document.querySelector(".nothing");
    const fields = [...form.elements].filter((field) => field.name);

    // Entries, groups and sections hold what they show, so that filtering never asks the page.
    const parts = new Map();
    const partOf = (element) => {
      if (!element) return null;
      if (!parts.has(element)) {
        const above = partOf(element.parentElement.closest("section, .group"));
        parts.set(element, { element, above, path: element.id.slice(1), size: 0, shown: true });
      }
      return parts.get(element);
    };
    const entries = [...document.querySelectorAll(".entry")].map((element) => ({
      element,
      part: partOf(element.closest("section, .group")),
      year: element.dataset.year ?? "none",
      wr: element.dataset.wr ?? "none",
      tags: element.dataset.tags ? JSON.parse(element.dataset.tags) : [],
      text: null,
      shown: true,
    }));
    const sizes = [...document.querySelectorAll("nav [data-part]")].map((link) => ({
      link,
      size: link.querySelector(".size"),
      part: parts.get(document.getElementById(link.dataset.part)),
    }));

    const textOf = (entry) => (entry.text ??= fold(entry.element.textContent));
    const isIn = (part, path) => {
      for (; part; part = part.above) if (part.path === path) return true;
      return false;
    };
    const show = (one, shown) => {
      if (one.shown !== shown) one.element.hidden = !(one.shown = shown);
    };

    const wanted = () => Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const apply = () => {
      const { q, section, year, wr, tag } = wanted();
      const words = fold(q).split(/\s+/).filter(Boolean);
      let count = 0;
      for (const part of parts.values()) part.size = 0;
      for (const entry of entries) {
        const fits =
          (!year || entry.year === year) &&
          (!wr || (wr === "none" ? entry.wr === wr : Number(entry.wr) >= Number(wr))) &&
          (!tag || entry.tags.includes(tag)) &&
          (!section || isIn(entry.part, section)) &&
          words.every((word) => textOf(entry).includes(word));
        show(entry, fits);
        if (!fits) continue;
        count += 1;
        for (let { part } = entry; part; part = part.above) part.size += 1;
      }
      for (const part of parts.values()) show(part, part.size > 0);
      for (const { link, size, part } of sizes) {
        size.textContent = part.size;
        link.classList.toggle("none", part.size === 0);
      }
      for (const field of fields) field.classList.toggle("chosen", field.value !== "");
      const filtered = fields.some((field) => field.value);
      clear.hidden = !filtered;
      nothing.hidden = count > 0 || !entries.length;
      const noun = entries.length === 1 ? "entry" : "entries";
      status.textContent = filtered ? `${count} of ${entries.length} ${noun}` : `${entries.length} ${noun}`;
    };

    // The address holds what is asked for, so that it can be shared and gone back to.
    let typing = false;
    const note = (replaces) => {
      const asked = new URLSearchParams(Object.entries(wanted()).filter(([, value]) => value));
      const address = asked.size ? `#${asked}` : location.pathname + location.search;
      history[replaces ? "replaceState" : "pushState"](null, "", address);
    };
    const change = () => {
      typing = false;
      note(false);
      apply();
    };
    const empty = () => {
      for (const field of fields) field.value = "";
    };
    const restore = () => {
      typing = false;
      const hash = location.hash.slice(1);
      const target = hash && !hash.includes("=") && document.getElementById(decodeURIComponent(hash));
      if (!target) {
        const asked = new URLSearchParams(hash.includes("=") ? hash : "");
        for (const field of fields) {
          field.value = asked.get(field.name) ?? "";
          // A select is left without a value by one that it does not offer.
          if (field.selectedIndex === -1) field.value = "";
        }
      } else if (target.closest("[hidden]")) {
        empty();
      }
      apply();
      target?.scrollIntoView?.();
    };

    search.addEventListener("input", () => {
      note(typing);
      typing = true;
      apply();
    });
    search.addEventListener("blur", () => (typing = false));
    form.addEventListener("change", (event) => event.target !== search && change());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      empty();
      change();
      search.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      move(1, null);
    });
    addEventListener("popstate", restore);

    // A tag is asked for beside what is asked for already.
    document.addEventListener("click", (event) => {
      const tag = event.target.closest?.("a.tag");
      if (!tag || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      form.elements.tag.value = tag.textContent;
      change();
    });

    const copy = async (citation) => {
      const text = citation.querySelector("pre").textContent;
      const button = citation.querySelector("button");
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        getSelection().selectAllChildren(citation.querySelector("pre"));
        document.execCommand("copy");
      }
      status.textContent = `Copied ${citation.closest(".entry").id}`;
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    };
    const offerToCopy = (citation) => {
      if (citation.querySelector("button")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", () => copy(citation));
      citation.append(button);
    };
    document.addEventListener(
      "toggle",
      ({ target }) => target.matches(".citation") && target.open && offerToCopy(target),
      true,
    );

    const isSeen = ({ element }) => element.getBoundingClientRect().bottom > form.offsetHeight;
    const current = () => entries.findIndex(({ element }) => element.contains(document.activeElement));
    const move = (step, from = current()) => {
      let at = from;
      if (from === null) at = entries.findIndex((entry) => entry.shown);
      else if (from === -1) at = entries.findIndex((entry) => entry.shown && isSeen(entry));
      else do at += step; while (entries[at] && !entries[at].shown);
      const entry = entries[at];
      if (!entry) return;
      const link = entry.element.querySelector(".title a");
      if (!link) entry.element.tabIndex = -1;
      (link ?? entry.element).focus();
    };

    const dialog = document.querySelector("dialog");
    const single = dialog.querySelector("[type=checkbox]");
    single.checked = recall("keys") !== "off";
    single.addEventListener("change", () => remember("keys", single.checked ? "on" : "off"));
    dialog.querySelector(".close").addEventListener("click", () => dialog.close());

    const escape = () => {
      if (document.activeElement === search && !search.value) search.blur();
      if (search.value) search.value = "";
      else if (fields.some((field) => field.value)) empty();
      else return;
      change();
    };
    const keys = {
      "/": () => (search.focus(), search.select()),
      "?": () => dialog.showModal(),
      j: () => move(1),
      k: () => move(-1),
      c: () => {
        const citation = entries[current()]?.element.querySelector(".citation");
        if (citation) {
          citation.open = true;
          offerToCopy(citation);
          copy(citation);
        }
      },
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
      const { key, target } = event;
      if (key === "Escape") return escape();
      const arrow = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (arrow && (target === search || target.closest(".entry"))) {
        event.preventDefault();
        if (target === search) return arrow === 1 && move(1, null);
        return move(arrow);
      }
      const typed = target.closest("input, select, textarea, [contenteditable]");
      if (typed || !single.checked || !Object.hasOwn(keys, key)) return;
      event.preventDefault();
      keys[key]();
    });

    const theme = document.querySelector(".theme");
    const tellTheme = () => (theme.textContent = `Theme: ${root.dataset.theme ?? "automatic"}`);
    theme.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "automatic") + 1) % THEMES.length];
      setTheme(next);
      remember("theme", next);
      tellTheme();
    });
    tellTheme();

    const help = document.querySelector(".help");
    help.addEventListener("click", () => dialog.showModal());
    // On a narrow page the sections would stand between the search and what it finds.
    const outline = document.querySelector("nav > details");
    if (outline && matchMedia("(width < 60rem)").matches) outline.open = false;
    for (const control of [form, theme, help]) control.hidden = false;
    restore();
  };

  document.addEventListener("DOMContentLoaded", start);
}
