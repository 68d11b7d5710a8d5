// Draws every element that has `data-spec`, the address of a chart's Vega as JSON, in place of what
// the element holds. Nothing is evaluated (Vega's interpreter runs the expressions) and no style is
// added, so that a page's policy may forbid both.
import { parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { Handler } from "vega-tooltip";

const tooltip = new Handler({ disableDefaultStyle: true, theme: "plain" });

async function draw(place) {
  const answer = await fetch(place.dataset.spec, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const ground = document.createElement("div");
  ground.setAttribute("aria-hidden", "true"); // the caption and the table say it in words
  const runtime = parse(await answer.json(), undefined, { ast: true });
  const view = new View(runtime, {
    expr: expressionInterpreter,
    renderer: "svg",
    container: ground,
    hover: false,
    tooltip: tooltip.call,
  });
  await view.runAsync();
  place.replaceChildren(ground);
}

function start() {
  for (const place of document.querySelectorAll("[data-spec]")) {
    if (place.dataset.live) continue;
    place.dataset.live = "1";
    draw(place).catch((error) => console.error("chart", error));
  }
}

window.servandaCharts = start; // for whoever changes the page
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
