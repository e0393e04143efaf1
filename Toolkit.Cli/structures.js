// Draws the structures of a report and a map of their features on two canvases; data stand in the element structures-data. No library, no network.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("structures-data").textContent), all = data.structures;
  const hasMap = all.every(s => s.place), size = 340;
  // Usual colours of common elements; of others one that follows from the number. Radii grow slowly with it.
  const known = { H: "#e8e8e8", C: "#555555", N: "#3050f8", O: "#e02010", F: "#70c040", Si: "#d0a070", P: "#ff8000", S: "#d8c820", Cl: "#20c020", Fe: "#c06030", Ni: "#50a050" };
  const colours = data.elements.map((e, k) => known[e] || "hsl(" + (data.numbers[k] * 47) % 360 + ",55%,55%)");
  const radii = data.numbers.map(z => z === 1 ? 0.31 : 0.5 + 0.12 * Math.log(z));
  const root = document.getElementById("structures");
  function element(name, parent) { return parent.appendChild(document.createElement(name)); }
  function canvas() {
    const c = element("canvas", root), ratio = window.devicePixelRatio || 1;
    c.width = c.height = size * ratio;
    c.style.cssText = "width:" + size + "px;height:" + size + "px;border:1px solid #ccc;margin-right:1em;touch-action:none";
    const pen = c.getContext("2d");
    pen.scale(ratio, ratio);
    return [c, pen];
  }
  const [map, mapPen] = hasMap ? canvas() : [null, null], [view, pen] = canvas();
  const bar = element("p", root), label = element("span", bar), choice = element("select", bar);
  const names = [...new Set(all.flatMap(s => Object.keys(s.arrows || {})))];
  for (const n of ["no arrows", ...names]) element("option", choice).textContent = n;
  choice.selectedIndex = names.length ? 1 : 0;
  choice.style.display = names.length ? "" : "none";

  let current = 0, zoom = 1, turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  function product(a, b) { return a.map((_, k) => { const i = Math.floor(k / 3), j = k % 3; return a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j]; }); }
  function apply(r, x, y, z) { return [r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z, r[6] * x + r[7] * y + r[8] * z]; }

  const energies = all.map(s => s.energy), low = Math.min(...energies), high = Math.max(...energies);
  function place(s) { return [s.place[0] || 0, s.place[1] || 0]; }
  let ends = null;
  if (hasMap) {
    const xs = all.map(s => place(s)[0]), ys = all.map(s => place(s)[1]);
    ends = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  }
  function onMap(s) {
    const [x, y] = place(s), w = ends[1] - ends[0] || 1, h = ends[3] - ends[2] || 1, m = 18;
    return [m + (size - 2 * m) * (x - ends[0]) / w, size - m - (size - 2 * m) * (y - ends[2]) / h];
  }
  function drawMap() {
    if (!hasMap) return;
    mapPen.clearRect(0, 0, size, size);
    all.forEach((s, k) => {
      const [x, y] = onMap(s), t = high > low ? (s.energy - low) / (high - low) : 0.5;
      mapPen.beginPath();
      mapPen.arc(x, y, k === current ? 7 : 4, 0, 7);
      mapPen.fillStyle = "hsl(" + (240 - 240 * t) + ",70%,50%)";
      mapPen.fill();
      if (k === current) { mapPen.lineWidth = 2; mapPen.strokeStyle = "#000"; mapPen.stroke(); }
    });
  }

  function drawStructure() {
    const s = all[current], n = s.species.length, r = s.positions;
    const corners = s.cell ? [0, 1, 2, 3, 4, 5, 6, 7].map(k => [0, 1, 2].map(d => (k & 1 ? s.cell[d] : 0) + (k & 2 ? s.cell[3 + d] : 0) + (k & 4 ? s.cell[6 + d] : 0))) : [];
    const centre = [0, 1, 2].map(d => { let sum = 0; for (let i = 0; i < n; i++) sum += r[3 * i + d]; return sum / n; });
    let extent = 1;
    for (let i = 0; i < n; i++) extent = Math.max(extent, Math.hypot(r[3 * i] - centre[0], r[3 * i + 1] - centre[1], r[3 * i + 2] - centre[2]) + 1);
    for (const c of corners) extent = Math.max(extent, Math.hypot(c[0] - centre[0], c[1] - centre[1], c[2] - centre[2]));
    const scale = zoom * size / 2 / extent;
    const at = p => { const q = apply(turn, p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]); return [size / 2 + scale * q[0], size / 2 - scale * q[1], q[2]]; };
    pen.clearRect(0, 0, size, size);
    pen.lineWidth = 1;
    pen.strokeStyle = "#999";
    corners.forEach((c, k) => [1, 2, 4].forEach(bit => { if (!(k & bit)) { const a = at(c), b = at(corners[k | bit]); pen.beginPath(); pen.moveTo(a[0], a[1]); pen.lineTo(b[0], b[1]); pen.stroke(); } }));
    const parts = [];
    for (let i = 0; i < n; i++) {
      const p = at([r[3 * i], r[3 * i + 1], r[3 * i + 2]]), radius = scale * radii[s.species[i]];
      parts.push([p[2], () => {
        const shade = pen.createRadialGradient(p[0] - radius / 3, p[1] - radius / 3, radius / 10, p[0], p[1], radius);
        shade.addColorStop(0, "#fff");
        shade.addColorStop(0.3, colours[s.species[i]]);
        shade.addColorStop(1, "#222");
        pen.beginPath(); pen.arc(p[0], p[1], radius, 0, 7); pen.fillStyle = shade; pen.fill();
      }]);
    }
    for (let i = 0; i < n && n <= 400; i++) for (let j = 0; j < i; j++) {
      const d = Math.hypot(r[3 * i] - r[3 * j], r[3 * i + 1] - r[3 * j + 1], r[3 * i + 2] - r[3 * j + 2]);
      if (d > 1.25 * (radii[s.species[i]] + radii[s.species[j]])) continue;
      const a = at([r[3 * i], r[3 * i + 1], r[3 * i + 2]]), b = at([r[3 * j], r[3 * j + 1], r[3 * j + 2]]);
      parts.push([Math.min(a[2], b[2]), () => { pen.beginPath(); pen.lineWidth = Math.max(1, 0.12 * scale); pen.strokeStyle = "#888"; pen.moveTo(a[0], a[1]); pen.lineTo(b[0], b[1]); pen.stroke(); }]);
    }
    const arrows = choice.selectedIndex > 0 && s.arrows ? s.arrows[names[choice.selectedIndex - 1]] : null;
    if (arrows) {
      let longest = 0;
      for (let i = 0; i < n; i++) longest = Math.max(longest, Math.hypot(arrows[3 * i], arrows[3 * i + 1], arrows[3 * i + 2]));
      for (let i = 0; i < n && longest > 0; i++) {
        const v = [0, 1, 2].map(d => 1.2 * arrows[3 * i + d] / longest), p = [0, 1, 2].map(d => r[3 * i + d]);
        const a = at(p.map((x, d) => x - v[d] / 2)), b = at(p.map((x, d) => x + v[d] / 2)), w = Math.atan2(b[1] - a[1], b[0] - a[0]), head = Math.min(9, 0.5 * Math.hypot(b[0] - a[0], b[1] - a[1]));
        parts.push([Math.max(a[2], b[2]) + 0.7, () => {
          pen.lineWidth = 2; pen.strokeStyle = pen.fillStyle = "#b0006a";
          pen.beginPath(); pen.moveTo(a[0], a[1]); pen.lineTo(b[0], b[1]); pen.stroke();
          pen.beginPath(); pen.moveTo(b[0], b[1]); pen.lineTo(b[0] - head * Math.cos(w - 0.4), b[1] - head * Math.sin(w - 0.4)); pen.lineTo(b[0] - head * Math.cos(w + 0.4), b[1] - head * Math.sin(w + 0.4)); pen.fill();
        }]);
      }
    }
    parts.sort((a, b) => a[0] - b[0]).forEach(p => p[1]());
    const counts = {};
    for (const k of s.species) counts[data.elements[k]] = (counts[data.elements[k]] || 0) + 1;
    label.textContent = s.name + ": " + Object.keys(counts).map(e => e + (counts[e] > 1 ? counts[e] : "")).join(" ") + (s.energy === undefined ? "" : ", " + s.energy.toFixed(4) + " eV per atom") + " ";
  }
  function draw() { drawMap(); drawStructure(); }
  function choose(k) { current = (k + all.length) % all.length; draw(); }

  if (map) map.addEventListener("click", e => {
    let best = 0, least = Infinity;
    all.forEach((s, k) => { const [x, y] = onMap(s), d = Math.hypot(x - e.offsetX, y - e.offsetY); if (d < least) { least = d; best = k; } });
    choose(best);
  });
  view.addEventListener("pointermove", e => {
    if (!e.buttons) return;
    const a = e.movementX / 100, b = e.movementY / 100;
    turn = product([1, 0, 0, 0, Math.cos(b), -Math.sin(b), 0, Math.sin(b), Math.cos(b)], product([Math.cos(a), 0, Math.sin(a), 0, 1, 0, -Math.sin(a), 0, Math.cos(a)], turn));
    drawStructure();
  });
  view.addEventListener("wheel", e => { e.preventDefault(); zoom *= Math.exp(-e.deltaY / 500); drawStructure(); }, { passive: false });
  document.addEventListener("keydown", e => { if (e.key === "ArrowLeft") choose(current - 1); if (e.key === "ArrowRight") choose(current + 1); });
  choice.addEventListener("change", drawStructure);
  draw();
})();
