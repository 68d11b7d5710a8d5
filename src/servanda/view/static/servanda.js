"use strict";
// Following the text, dragging the day, and opening what a contested duty turns on.
let wanted = 0;
async function show(address) {
  const mine = ++wanted;
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== wanted) return;
  for (const id of ["main", "news"]) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  document.body.dataset.news = page.body.dataset.news;
  watchRows();
}
function on(days, first) {
  return new Date(Date.parse(first) + days * 864e5).toISOString().slice(0, 10);
}
document.addEventListener("input", (event) => {
  if (event.target.id !== "slider") return;
  const day = on(Number(event.target.value), event.target.dataset.first);
  event.target.setAttribute("aria-valuetext", day);
  document.querySelector("#days [name=on]").value = day;
  const address = new URL(location.href);
  address.searchParams.set("on", day);
  history.replaceState(null, "", address);
  show(address);
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.turns");
  if (!link) return;
  event.preventDefault();
  const row = link.closest("tr");
  if (row.nextElementSibling?.classList.contains("opened")) return row.nextElementSibling.remove();
  const opened = document.createElement("tr");
  const cell = opened.appendChild(document.createElement("td"));
  opened.className = "opened";
  cell.colSpan = 20;
  row.after(opened);
  for (let status = 202; status === 202 && opened.isConnected; ) {
    const answer = await fetch(link.dataset.turns);
    status = answer.status;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    cell.replaceChildren(part.querySelector(".turned") ?? "This cannot be told now.");
    if (status === 202) await new Promise((done) => setTimeout(done, 300));
  }
});
function watchRows() {
  const eye = new IntersectionObserver(async (seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      eye.unobserve(target);
      const text = await (await fetch(target.dataset.rows)).text();
      const part = new DOMParser().parseFromString(`<table><tbody>${text}</tbody></table>`, "text/html");
      target.replaceChildren(...part.querySelector("tbody").children);
    }
  }, { rootMargin: "1200px" });
  document.querySelectorAll("tbody.more").forEach((block) => eye.observe(block));
}
async function follow() {
  try {
    const answer = await fetch("/live" + location.search);
    const found = await answer.json();
    if (found.news !== document.body.dataset.news) await show(location.href);
  } catch { /* the server has gone: the page stays as it is */ }
  setTimeout(follow, document.hidden ? 3000 : 300);
}
watchRows();
follow();
