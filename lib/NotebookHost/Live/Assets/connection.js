// The connection to the server: JSON messages over a WebSocket that reconnects by itself, and questions with their answers.
export class Connection {
  #socket = null;
  #address;
  #wait = 250;
  #nextId = 1;
  #questions = new Map();
  #busy = new Map();

  /**
   * @param {string} query what follows /ws
   * @param {{ message: (message: object) => void, up: () => void, down: (reason: string) => void }} on
   */
  constructor(query, on) {
    this.#address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws${query}`;
    this.on = on;
  }

  get isOpen() { return this.#socket?.readyState === WebSocket.OPEN; }

  open() {
    const socket = this.#socket = new WebSocket(this.#address);
    socket.onopen = () => {
      this.#wait = 250;
      this.on.up();
    };
    socket.onmessage = event => {
      const message = JSON.parse(event.data);
      if (message.type === 'answer') this.#answer(message.id, message.dropped || message.failed ? null : message);
      else this.on.message(message);
    };
    socket.onclose = event => {
      for (const id of [...this.#questions.keys()]) this.#answer(id, null);
      this.on.down(event.reason);
      setTimeout(() => this.open(), this.#wait);
      this.#wait = Math.min(5000, 2 * this.#wait);
    };
  }

  /** Sends a message; false where there is no connection now. */
  send(type, values = {}) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify({ type, ...values }));
    return true;
  }

  /** Asks the session. The answer is null if a newer question of the same kind came after it, or there is nothing to say. */
  ask(question, values) {
    const older = this.#busy.get(question);
    if (older) this.#answer(older, null);
    const id = this.#nextId++;
    return new Promise(resolve => {
      this.#questions.set(id, resolve);
      this.#busy.set(question, id);
      if (!this.send('ask', { id, question, ...values })) this.#answer(id, null);
    });
  }

  #answer(id, message) {
    const resolve = this.#questions.get(id);
    this.#questions.delete(id);
    for (const [question, busy] of this.#busy) if (busy === id) this.#busy.delete(question);
    resolve?.(message);
  }
}
