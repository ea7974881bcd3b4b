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

  // The first and the last position of a window at which the pixel at an offset in it lies within the image.
  function range(size, positions, stride, offset) {
    return [Math.max(0, Math.ceil(-offset / stride)), Math.min(positions - 1, Math.floor((size - 1 - offset) / stride))];
  }

  // The innermost loop is a function of its own: a browser compiles a function that is called often sooner than a loop that is still running.
  function addRow(output, to, length, weight, input, from, step) {
    for (let i = 0; i < length; i++, from += step) output[to + i] += weight * input[from];
  }

  const kinds = {
    convolution: function (layer) {
      const [channels, rows, columns] = layer.input, [filters, outRows, outColumns] = layer.output;
      const output = new Float32Array(count(layer.output)), biases = restore(layer);
      return function (input) {
        let at = layer.weights;
        for (let filter = 0; filter < filters; filter++) {
          const plane = filter * outRows * outColumns;
          output.fill(biases[filter], plane, plane + outRows * outColumns);
          for (let channel = 0; channel < channels; channel++) {
            for (let row = 0; row < layer.kernel[0]; row++) {
              const down = row - layer.padding[0], [top, bottom] = range(rows, outRows, layer.stride[0], down);
              for (let column = 0; column < layer.kernel[1]; column++) {
                const across = column - layer.padding[1], [left, right] = range(columns, outColumns, layer.stride[1], across);
                const weight = weights[at++], step = layer.stride[1];
                for (let y = top; y <= bottom; y++) {
                  addRow(output, plane + y * outColumns + left, right - left + 1, weight, input, (channel * rows + y * layer.stride[0] + down) * columns + left * step + across, step);
                }
              }
            }
          }
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
