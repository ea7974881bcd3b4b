// Turns strokes into the 28 × 28 grey levels that a network sees, prepared as its training images were.
(function (preparation) {
  'use strict';

  const side = 28, detail = 8, fineSide = side * detail;

  // Each pixel is cut into 8 × 8; each of those is ink or not, and the pixel's grey level is the share of ink. So edges are smooth.
  function line(mask, a, b, radius) {
    const dx = b.x - a.x, dy = b.y - a.y, squared = dx * dx + dy * dy;
    const first = value => Math.max(0, Math.floor(value - radius)), last = value => Math.min(fineSide - 1, Math.ceil(value + radius));
    for (let row = first(Math.min(a.y, b.y)); row <= last(Math.max(a.y, b.y)); row++) {
      for (let column = first(Math.min(a.x, b.x)); column <= last(Math.max(a.x, b.x)); column++) {
        const x = column + 0.5 - a.x, y = row + 0.5 - a.y;
        const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / squared));
        if ((x - along * dx) ** 2 + (y - along * dy) ** 2 <= radius * radius) mask[row * fineSide + column] = 1;
      }
    }
  }

  // Fills every region that is enclosed by a line.
  function fill(mask) {
    const wide = fineSide + 2, reached = new Uint8Array(wide * wide), next = [0];
    const free = (row, column) => row < 1 || column < 1 || row > fineSide || column > fineSide || !mask[(row - 1) * fineSide + column - 1];
    while (next.length > 0) {
      const at = next.pop(), row = Math.floor(at / wide), column = at % wide;
      if (reached[at] || !free(row, column)) continue;
      reached[at] = 1;
      if (row > 0) next.push(at - wide);
      if (row < wide - 1) next.push(at + wide);
      if (column > 0) next.push(at - 1);
      if (column < wide - 1) next.push(at + 1);
    }
    for (let row = 0; row < fineSide; row++) {
      for (let column = 0; column < fineSide; column++) {
        if (!reached[(row + 1) * wide + column + 1]) mask[row * fineSide + column] = 1;
      }
    }
  }

  function shrink(mask) {
    const pixels = new Float32Array(side * side);
    for (let row = 0; row < fineSide; row++) {
      for (let column = 0; column < fineSide; column++) {
        pixels[Math.floor(row / detail) * side + Math.floor(column / detail)] += mask[row * fineSide + column] / (detail * detail);
      }
    }
    return pixels;
  }

  // How far ink goes down and to the right, and its centre of mass, in pixels.
  function measure(pixels) {
    let rows = 0, columns = 0, mass = 0, down = 0, across = 0;
    pixels.forEach(function (value, at) {
      const row = Math.floor(at / side), column = at % side;
      if (value === 0) return;
      rows = Math.max(rows, row + 1);
      columns = Math.max(columns, column + 1);
      mass += value;
      down += value * row;
      across += value * column;
    });
    return { rows: rows, columns: columns, down: down / mass, across: across / mass };
  }

  function shift(pixels) {
    const ink = measure(pixels), moved = new Float32Array(side * side);
    // By whole pixels, as in MNIST itself; nothing is pushed out of the picture.
    const place = (size, centre) => Math.min(side - size, Math.max(0, preparation.byMass ? side / 2 - Math.round(centre) : Math.floor((side - size) / 2)));
    const down = place(ink.rows, ink.down), across = place(ink.columns, ink.across);
    for (let row = 0; row < ink.rows; row++) {
      for (let column = 0; column < ink.columns; column++) {
        moved[(row + down) * side + column + across] = pixels[row * side + column] * preparation.tone;
      }
    }
    return moved;
  }

  // Strokes are lists of points, with x and y from 0 to 1 on the paper.
  function picture(strokes) {
    const points = strokes.flat();
    if (points.length === 0) return new Float32Array(side * side);
    const left = Math.min(...points.map(point => point.x)), top = Math.min(...points.map(point => point.y));
    const size = Math.max(Math.max(...points.map(point => point.x)) - left, Math.max(...points.map(point => point.y)) - top);
    // At most five times as large as it was drawn: a dot stays a dot.
    const scale = Math.min((preparation.box - preparation.pen) / size, 5 * side) * detail, radius = preparation.pen / 2 * detail;
    const mask = new Uint8Array(fineSide * fineSide);
    for (const stroke of strokes) {
      const ends = stroke.map(point => ({ x: (point.x - left) * scale + radius, y: (point.y - top) * scale + radius }));
      ends.forEach((point, i) => line(mask, ends[Math.max(0, i - 1)], point, radius));
      // An outline seldom ends exactly where it began, so a small gap is closed.
      const gap = Math.hypot(ends[0].x - ends[ends.length - 1].x, ends[0].y - ends[ends.length - 1].y);
      if (preparation.fill && gap < 0.2 * size * scale) line(mask, ends[ends.length - 1], ends[0], radius);
    }
    if (preparation.fill) fill(mask);
    return shift(shrink(mask));
  }

  // Puts the picture of a drawing, which lies in the upper left corner of 28 × 28 pixels, where the training images have theirs.
  picture.place = shift;
  return picture;
})
