"""The script that makes charts live: Vega from vl-convert's own bundle, with nothing evaluated.

Specs are run by Vega's interpreter of expressions, never by `eval`, so that a page may forbid it.
"""

from __future__ import annotations

from functools import lru_cache

LIVE = """
async function live(place) {
  const answer = await fetch(place.dataset.spec, {headers: {accept: "application/json"}});
  if (!answer.ok) return;
  const spec = await answer.json();
  const ground = document.createElement("div");
  ground.setAttribute("aria-hidden", "true"); // the caption and the table say it in words
  await vegaEmbed(ground, spec, {
    mode: "vega", renderer: "svg", ast: true, actions: false, defaultStyle: false,
    hover: false, tooltip: {disableDefaultStyle: true, theme: "plain"},
  });
  place.replaceChildren(ground);
}
function start() {
  for (const place of document.querySelectorAll("[data-spec]")) {
    if (place.dataset.live) continue;
    place.dataset.live = "1";
    live(place).catch(error => console.error("chart", error));
  }
}
window.servandaCharts = start;
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
"""


@lru_cache(maxsize=1)
def javascript() -> str:
    """One script, some 900 kB, made once a process (two seconds).

    It draws every element with `data-spec`, the address of a chart's Vega (`Chart.vega()` as
    JSON), in place of what the element holds; call `servandaCharts()` after changing the page.
    """
    import vl_convert

    from servanda.charts.chart import VERSION

    made: str = vl_convert.javascript_bundle(LIVE, vl_version=VERSION)
    return made
