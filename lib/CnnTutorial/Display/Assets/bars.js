// The bars beside a pad: one for each class, and the answer above them.
(function (root, settings) {
  'use strict';

  const part = name => root.querySelector('[data-part="' + name + '"]');
  const bars = [...part('bars').children].map(item => ({ item: item, bar: item.querySelector('i'), percent: item.querySelector('b') }));
  const percent = share => (share < 0.01 ? '< 1' : Math.round(100 * share)) + ' %';

  // Shows probabilities, or that there is nothing to answer yet; returns the answer as a text.
  return function (shares, empty) {
    const first = shares.indexOf(Math.max(...shares));
    bars.forEach(function (one, i) {
      one.bar.style.width = (empty ? 0 : 100 * shares[i]) + '%';
      one.percent.textContent = empty ? '' : percent(shares[i]);
      one.item.className = !empty && i === first ? 'first' : '';
    });
    return part('answer').textContent = empty ? settings.empty : settings.names[first] + ', ' + percent(shares[first]);
  };
})
