// Draws figures: node render.mjs FIGURE.vl.json …
// Writes FIGURE.svg and FIGURE.png beside each spec; then one line of JSON on stdout: the versions that drew them, and
// whether this machine has fonts (without any, a PNG would have no text, so none is written).
import { createRequire } from 'node:module';
import { readFile, rename, writeFile } from 'node:fs/promises';
import * as vega from 'vega';
import * as vegaLite from 'vega-lite';
import { Resvg } from '@resvg/resvg-js';

const SUFFIX = '.vl.json';
const PIXELS_PER_UNIT = 2.5;
const version = name => createRequire(import.meta.url)(`${name}/package.json`).version;

// Complete under its final name, or not there.
async function write(path, content) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

function png(svg) {
  return new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: PIXELS_PER_UNIT },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
}

const fonts = png('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">x</text></svg>').getBBox() !== undefined;

let failed = 0;
for (const path of process.argv.slice(2)) {
  try {
    if (!path.endsWith(SUFFIX)) throw new Error(`expected a file named *${SUFFIX}`);
    const stem = path.slice(0, -SUFFIX.length);
    const spec = JSON.parse(await readFile(path, 'utf8'));
    const complaints = [];
    const logger = vega.logger(vega.Warn);
    logger.warn = (...words) => (complaints.push(words.join(' ')), logger);
    const compiled = vegaLite.compile(spec, { logger }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
    const drawn = await view.toSVG();
    if (complaints.length > 0) throw new Error(complaints[0]);
    const origin = String(spec.usermeta?.generator ?? path).replace(/[&<>]/g, c => `&#${c.charCodeAt(0)};`);
    const svg = drawn.replace(/^<svg[^>]*>/, head => `${head}<desc>${origin}</desc>`);
    await write(`${stem}.svg`, svg);
    if (fonts) await write(`${stem}.png`, png(svg).render().asPng());
  } catch (error) {
    failed++;
    console.error(`${path}: ${String(error.message ?? error).split('\n')[0]}`);
  }
}
console.log(JSON.stringify({
  node: process.versions.node, vega: version('vega'), 'vega-lite': version('vega-lite'),
  resvg: version('@resvg/resvg-js'), fonts,
}));
process.exitCode = failed > 0 ? 1 : 0;
