// Computes a network that PortableNetwork.cs wrote as numbers: pixels go in, one probability for each class comes out.
(function (network) {
  'use strict';

  const text = atob(network.numbers), bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  const fine = new Float32Array(bytes.buffer, 0, network.fineCount);
  const width = network.width, begin = 4 * network.fineCount;
  const weights = new Float32Array((bytes.length - begin) / width);
  const count = shape => shape.reduce((product, length) => product * length, 1);

  // A whole number with its sign, lowest byte first.
  const whole = width === 3
    ? at => (bytes[begin + 3 * at] << 8 | bytes[begin + 3 * at + 1] << 16 | bytes[begin + 3 * at + 2] << 24) >> 8
    : at => (bytes[begin + 2 * at] << 16 | bytes[begin + 2 * at + 1] << 24) >> 16;

  // From whole numbers to weights, once: each row has its own scale.
  function restore(layer) {
    const rows = layer.output[0];
    const length = layer.kind === 'linear' ? layer.input[0] : layer.input[0] * layer.kernel[0] * layer.kernel[1];
    for (let row = 0, at = layer.weights; row < rows; row++) {
      for (const end = at + length; at < end; at++) weights[at] = whole(at) * fine[layer.scales + row];
    }
    return fine.subarray(layer.scales + rows, layer.scales + 2 * rows);
  }

  // The innermost loop is a function of its own: a browser compiles a function that is called often sooner than a loop that is still running.
  // Four rows at once, since reading and writing the output takes longer than a multiplication.
  function addRows(output, to, length, columns, from, a, b, c, d) {
    const second = from + length, third = second + length, fourth = third + length;
    for (let i = 0; i < length; i++) output[to + i] += a * columns[from + i] + b * columns[second + i] + c * columns[third + i] + d * columns[fourth + i];
  }

  const kinds = {
    // Each row of the table holds what one weight of a kernel meets at all positions; with it a convolution is a product of matrices.
    convolution: function (layer) {
      const [channels, rows, columns] = layer.input, [filters, outRows, outColumns] = layer.output, [high, wide] = layer.kernel;
      const output = new Float32Array(count(layer.output)), biases = restore(layer);
      const positions = outRows * outColumns, length = channels * high * wide, whole = Math.ceil(length / 4) * 4;
      const table = new Float32Array(whole * positions);
      // Where each number of the table comes from; padding and what fills up the last four rows is a 0 that follows the image.
      const padded = new Float32Array(count(layer.input) + 1), from = new Uint32Array(table.length).fill(count(layer.input));
      for (let i = 0; i < length * positions; i++) {
        const weight = Math.floor(i / positions), position = i % positions;
        const row = Math.floor(position / outColumns) * layer.stride[0] - layer.padding[0] + Math.floor(weight / wide) % high;
        const column = position % outColumns * layer.stride[1] - layer.padding[1] + weight % wide;
        if (row >= 0 && column >= 0 && row < rows && column < columns) from[i] = (Math.floor(weight / (high * wide)) * rows + row) * columns + column;
      }
      return function (input) {
        padded.set(input);
        for (let i = 0; i < table.length; i++) table[i] = padded[from[i]];
        for (let filter = 0, at = layer.weights; filter < filters; filter++, at += length) {
          const to = filter * positions, weight = i => i < length ? weights[at + i] : 0;
          output.fill(biases[filter], to, to + positions);
          for (let i = 0; i < length; i += 4) addRows(output, to, positions, table, i * positions, weight(i), weight(i + 1), weight(i + 2), weight(i + 3));
        }
        return output;
      };
    },
    maxPool: function (layer) {
      const [channels, rows, columns] = layer.input, [, outRows, outColumns] = layer.output;
      const output = new Float32Array(count(layer.output));
      return function (input) {
        let to = 0;
        for (let channel = 0; channel < channels; channel++) {
          for (let y = 0; y < outRows; y++) {
            for (let x = 0; x < outColumns; x++) {
              const top = y * layer.stride[0] - layer.padding[0], left = x * layer.stride[1] - layer.padding[1];
              let largest = -Infinity;
              for (let row = Math.max(0, top); row < Math.min(rows, top + layer.kernel[0]); row++) {
                for (let column = Math.max(0, left); column < Math.min(columns, left + layer.kernel[1]); column++) {
                  largest = Math.max(largest, input[(channel * rows + row) * columns + column]);
                }
              }
              output[to++] = largest;
            }
          }
        }
        return output;
      };
    },
    linear: function (layer) {
      const length = layer.input[0], output = new Float32Array(layer.output[0]), biases = restore(layer);
      return function (input) {
        for (let i = 0; i < output.length; i++) {
          let sum = biases[i];
          for (let j = 0, at = layer.weights + i * length; j < length; j++) sum += weights[at + j] * input[j];
          output[i] = sum;
        }
        return output;
      };
    },
    relu: function (layer) {
      const output = new Float32Array(count(layer.input));
      return function (input) {
        for (let i = 0; i < output.length; i++) output[i] = Math.max(0, input[i]);
        return output;
      };
    },
  };

  const steps = network.layers.map(layer => kinds[layer.kind](layer));
  // The last output of each layer, and its weights and biases, for layers.js.
  const layers = network.layers.map(function (layer) {
    const rows = layer.output[0], length = layer.kind === 'linear' ? layer.input[0] : layer.input[0] * (layer.kernel[0] || 0) * (layer.kernel[1] || 0);
    return Object.assign({ values: new Float32Array(count(layer.output)), weight: (row, i) => weights[layer.weights + row * length + i], bias: row => fine[layer.scales + rows + row] }, layer);
  });
  function predict(pixels) {
    const logits = Array.from(steps.reduce((values, step, i) => layers[i].values = step(values), pixels));
    const largest = Math.max(...logits), powers = logits.map(logit => Math.exp(logit - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map(power => power / sum);
  }
  predict.layers = layers;
  return predict;
})
