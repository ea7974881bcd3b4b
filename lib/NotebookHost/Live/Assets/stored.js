// What this browser remembers. Where it stores nothing (a setting forbids it, or its place is full), pages work without.

export function stored(key, storage = 'localStorage') {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

/** Null forgets. */
export function store(key, value, storage = 'localStorage') {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // See above.
  }
}
