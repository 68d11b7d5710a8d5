// npm ci --ignore-scripts && npm run build
//
// Bundles charts.js with what it needs of the locked packages, and writes their licences beside it.
// The first line says what it was built from: a test compares it with what stands here.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const STATIC = new URL("../src/servanda/web/static/", import.meta.url);
const SOURCES = ["build.mjs", "charts.js", "package-lock.json"];

function digest() {
  const hash = createHash("sha256");
  for (const name of SOURCES) hash.update(readFileSync(new URL(name, import.meta.url)));
  return hash.digest("hex");
}

function packages(inputs) {
  const found = Object.keys(inputs).map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//));
  return [...new Set(found.filter(Boolean).map((match) => match[1]))].sort();
}

function licence(name) {
  const about = JSON.parse(readFileSync(new URL("package.json", folder(name))));
  // Vega's interpreter ships no text of its own; it is of Vega's repository and licence.
  const text = licenceText(name) ?? (name.startsWith("vega-") ? licenceText("vega") : undefined);
  if (!text) throw new Error(`${name} has no text of its licence`);
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
}

function folder(name) {
  return new URL(`node_modules/${name}/`, import.meta.url);
}

function licenceText(name) {
  const file = readdirSync(folder(name)).find((each) => /^licen[cs]e/i.test(each));
  return file && readFileSync(new URL(file, folder(name)), "utf8").trim();
}

if (!existsSync(STATIC)) throw new Error(`there is no ${STATIC.pathname}`);
const made = await build({
  entryPoints: ["charts.js"],
  bundle: true,
  format: "iife",
  legalComments: "none",
  metafile: true,
  minify: true,
  target: "es2020",
  write: false,
});
const banner = `/* assets/${SOURCES.join(", ")}: sha256 ${digest()}; licences in charts.licences.txt */\n`;
writeFileSync(new URL("charts.js", STATIC), banner + made.outputFiles[0].text);
writeFileSync(
  new URL("charts.licences.txt", STATIC),
  packages(made.metafile.inputs).map(licence).join(`\n${"-".repeat(72)}\n\n`),
);
