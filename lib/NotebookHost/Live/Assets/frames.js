// Outputs with scripts live in sandboxed frames: they cannot reach the page. A frame is made when it comes near the view.
const frames = new Map();
const heights = new Map();

const isDark = () => document.documentElement.dataset.theme === 'dark';
export const tell = (frame, message) => frame.contentWindow?.postMessage(message, '*');

const near = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    target.src = target.dataset.src;
  }
}, { rootMargin: '800px 0px' });

addEventListener('message', event => {
  const known = [...frames].find(([frame]) => frame.contentWindow === event.source);
  if (!known || typeof event.data !== 'object' || event.data === null) return;
  const [frame, { onMessage, key }] = known;
  if (event.data.type === 'height') {
    const height = Math.min(20_000, Math.max(0, Math.ceil(Number(event.data.height) || 0)));
    frame.style.height = `${height}px`;
    heights.set(key, height);
  } else {
    if (event.data.type === 'ready') tell(frame, { type: 'theme', dark: isDark() });
    onMessage(event.data);
  }
});

document.addEventListener('themechange', () => {
  for (const frame of frames.keys()) tell(frame, { type: 'theme', dark: isDark() });
});

/** A frame that shows an address; its height is remembered under the key, so that the page does not jump when it is made again. */
export function makeFrame(address, title, key, onMessage) {
  for (const frame of frames.keys()) if (!frame.isConnected && frame.dataset.placed) frames.delete(frame);
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = title;
  frame.className = 'output frame';
  frame.dataset.src = address;
  frame.style.height = `${heights.get(key) ?? 40}px`;
  frames.set(frame, { onMessage, key });
  near.observe(frame);
  requestAnimationFrame(() => { frame.dataset.placed = 'yes'; });
  return frame;
}
