// What every page does with script: it follows the text, drags the days, opens rows, loads more.
// Without script, all of it works by links and forms.

const byId = (id) => document.getElementById(id);
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
let busy = false; // a page is being fetched
let wanted = null; // the address to fetch after it
let typed = false; // somebody has typed into the page: it is not replaced under their hands

// ------------------------------------------------------------------ replacing parts of the page
async function show(address, gently = false) {
  wanted = String(address);
  if (busy) return;
  busy = true;
  try {
    while (wanted !== null) {
      const mine = wanted;
      wanted = null;
      const page = await parsed(await fetch(mine));
      if (wanted === null) replace(page, gently && typed);
    }
  } catch {
    byId("said").textContent = "The server does not answer; the page stays as it is.";
  } finally {
    busy = false;
  }
}

function replace(page, sparing) {
  const drawings = new Map([...document.querySelectorAll("[data-spec]")].map((d) => [d.dataset.spec, d]));
  const before = cells();
  const written = [...document.querySelectorAll("main textarea[id]")].map(({ id, value }) => [id, value]);
  const opened = new Set([...document.querySelectorAll("details[id]")].filter((d) => d.open).map((d) => d.id));
  const rows = [...document.querySelectorAll("tr.opened")].map((row) => row.previousElementSibling.id);
  const focus = document.activeElement?.id;
  for (const id of sparing ? ["news", "steps", "ticks"] : ["main", "news", "steps", "ticks"]) {
    const [old, fresh] = [byId(id), page.getElementById(id)];
    if (old && fresh) old.replaceChildren(...fresh.childNodes);
  }
  for (const [id, value] of written) if (byId(id)) byId(id).value = value;
  // A chart that is the same stays, zoomed as it is.
  for (const place of document.querySelectorAll("[data-chart]")) {
    themed(place);
    const same = drawings.get(place.dataset.spec);
    if (same) place.replaceWith(same);
  }
  window.servandaCharts?.();
  document.title = page.title;
  document.body.dataset.news = page.body.dataset.news;
  for (const id of opened) byId(id)?.setAttribute("open", "");
  for (const id of rows) byId(id)?.querySelector(".do a.turns")?.click();
  if (focus && document.activeElement?.id !== focus) byId(focus)?.focus();
  tell(before);
  watchRows();
  turnRest();
}

function cells() {
  const found = new Map();
  for (const cell of document.querySelectorAll(".board tr[id] > td[data-account]"))
    found.set(`${cell.parentElement.id} ${cell.dataset.account}`, cell.textContent);
  return found;
}

// Says what changed, to those who see it and to those who hear it.
function tell(before) {
  if (!before.size) return;
  let changed = 0;
  for (const cell of document.querySelectorAll(".board tr[id] > td[data-account]")) {
    const was = before.get(`${cell.parentElement.id} ${cell.dataset.account}`);
    if (was === undefined || was === cell.textContent || cell.textContent === "…" || was === "…") continue;
    cell.classList.add("changed");
    changed += 1;
  }
  const lead = document.querySelector("main .lead")?.innerText ?? "";
  const many = changed === 1 ? "1 cell changed" : `${changed} cells changed`;
  byId("said").textContent = `${document.querySelector("h1")?.innerText}. ${many}. ${lead}`;
}

// A live chart is asked for in the colours of the page, and narrow on a phone.
function themed(place) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const narrow = matchMedia("screen and (max-width: 50rem)").matches;
  place.dataset.spec = place.dataset.chart + (dark ? "&theme=dark" : "") + (narrow ? "&narrow=1" : "");
}

// ------------------------------------------------------------------ the days
const day = (days, first) => new Date(Date.parse(first) + days * 864e5).toISOString().slice(0, 10);
const long = (iso) =>
  new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
let later;

function slid(slider) {
  const name = slider.dataset.for;
  const all = name === "known" && slider.value === slider.max;
  const chosen = all ? "" : day(Number(slider.value), slider.dataset.first);
  const words = all ? "all that the record holds" : long(chosen);
  slider.setAttribute("aria-valuetext", words);
  byId(name).value = chosen;
  if (name === "known") byId("known-says").textContent = words;
  return [name, chosen];
}

function ask(name, value) {
  const address = new URL(location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  history.replaceState(null, "", address);
  for (const link of document.querySelectorAll("nav a, .case a")) {
    const to = new URL(link.href);
    if (value) to.searchParams.set(name, value);
    else to.searchParams.delete(name);
    link.href = to;
  }
  show(address);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("input[type=range][data-for]")) {
    const [name, value] = slid(target);
    clearTimeout(later);
    // Another day of knowledge takes a judgement of its own: wait till the hand rests.
    if (name === "known") later = setTimeout(() => ask(name, value), 350);
    else ask(name, value);
  } else if (target.closest("main form")) typed = true;
});
document.addEventListener("change", ({ target }) => {
  const name = target.name;
  if (!target.closest("#days") || !name || (name === "on" && !target.value)) return;
  const { value } = target;
  const slider = byId(`${name}-slider`);
  if (slider) {
    slider.value = value ? Math.round((Date.parse(value) - Date.parse(slider.dataset.first)) / 864e5) : slider.max;
    slid(slider);
    target.value = value; // a day outside the slider is asked for as it was typed
  }
  ask(name, value);
});

// ------------------------------------------------------------------ what a difference turns on
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches("a.turns[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.turns");
  if (!link) return;
  event.preventDefault();
  const row = link.closest("tr");
  const button = row.querySelector(".do a.turns");
  if (row.nextElementSibling?.classList.contains("opened")) {
    button.setAttribute("aria-expanded", "false");
    return row.nextElementSibling.remove();
  }
  button.setAttribute("aria-expanded", "true");
  const opened = document.createElement("tr");
  const cell = opened.appendChild(document.createElement("td"));
  opened.className = "opened";
  cell.colSpan = row.cells.length;
  cell.setAttribute("aria-live", "polite");
  row.after(opened);
  turning(cell, link.dataset.turns);
});
// Fills a place with a part of the page that takes a while, once the server has it.
async function turning(place, address) {
  for (let status = 202; status === 202 && place.isConnected; ) {
    const answer = await fetch(address);
    status = answer.status;
    if (status !== 202 || !place.childNodes.length) {
      const opened = [...place.querySelectorAll("details[open][id]")].map(({ id }) => id);
      place.replaceChildren((await parsed(answer)).querySelector(".turned") ?? "No answer: load the page again.");
      for (const id of opened) byId(id)?.setAttribute("open", "");
    }
    if (status === 202) await new Promise((done) => setTimeout(done, 300));
  }
}
function turnRest() {
  for (const part of document.querySelectorAll("main > .turned[data-turns]")) {
    const place = document.createElement("div");
    part.replaceWith(place);
    place.append(part);
    turning(place, part.dataset.turns);
  }
}

// ------------------------------------------------------------------ more rows, as they come near
let eye;
function watchRows() {
  eye?.disconnect();
  eye = new IntersectionObserver(near, { rootMargin: "1500px" });
  for (const block of document.querySelectorAll("tbody.more")) {
    block.rows[0].style.height = `${34 * Number(block.dataset.count)}px`;
    eye.observe(block);
  }
}
async function near(seen, observer) {
  for (const { isIntersecting, target } of seen) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    const answer = await fetch(target.dataset.rows);
    if (!answer.ok) continue;
    const part = new DOMParser().parseFromString(`<table><tbody>${await answer.text()}</tbody></table>`, "text/html");
    target.replaceChildren(...part.querySelector("tbody").children);
    target.classList.remove("more");
  }
}

// ------------------------------------------------------------------ following the text
async function follow() {
  let rest = 3000;
  try {
    const seen = encodeURIComponent(document.body.dataset.news);
    const answer = await fetch(`/live${location.search}${location.search ? "&" : "?"}seen=${seen}`);
    const found = await answer.json();
    if (found.news !== document.body.dataset.news) await show(location.href, true);
    rest = found.held ? 0 : 300;
  } catch {
    // The server has gone: the page stays as it is, and asks again later.
  }
  setTimeout(follow, rest);
}

document.documentElement.classList.add("live");
const bar = byId("days");
if (bar)
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight - 1}px`)).observe(bar);
document.querySelectorAll("[data-chart]").forEach(themed);
window.servandaCharts?.();
watchRows();
turnRest();
follow();
