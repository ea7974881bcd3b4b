"""Runs a file of cells in two Jupyter kernels and says where they differ.

    python3 compare.py CELLS KERNEL KERNEL [REPORT]

The kernels are names that Jupyter finds (JUPYTER_PATH). CELLS is a text file:

    // ## a title        begins a session: each is run in a kernel of its own
    // %% a title        begins a cell
    // %% each line      each line that follows is a cell of its own
    // differs: reason   in a cell: the two may differ here, for this reason

After the last cell of a session, the variables that its cells declared are printed, and these values are compared too.
A cell that may differ and does not is named as well: its line should go. REPORT is written as JSON, with all outputs.
The program ends with 1 if a cell differs that may not.
"""

import html
import json
import queue
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from jupyter_client.manager import KernelManager

TIMEOUT = 60
DECLARATION = re.compile(r"^(?:var|string|int|long|double|bool|decimal|char|float|[A-Z]\w*(?:<[^=;()]*>)?(?:\[\])?\??)\s+(\w+)\s*=[^=>]", re.M)


def read(path):
    sessions = []
    for line in open(path, encoding="utf-8").read().splitlines():
        if line.startswith("// ## "):
            sessions.append((line[6:], []))
        elif line.startswith("// %% "):
            sessions[-1][1].append({"title": line[6:], "lines": [], "differs": None})
        elif sessions and sessions[-1][1]:
            cell = sessions[-1][1][-1]
            if line.startswith("// differs: ") and cell["title"] != "each line":
                cell["differs"] = line[12:]
            else:
                cell["lines"].append(line)
    return [(title, [cell for block in blocks for cell in cells_of(block)]) for title, blocks in sessions]


def cells_of(block):
    lines = block.pop("lines")
    if block["title"] != "each line":
        return [{**block, "code": "\n".join(lines).strip("\n")}]
    cells, reason = [], None
    for line in filter(None, lines):
        # In such a block the reason stands in the line before.
        if line.startswith("// differs: "):
            reason = line[12:]
        else:
            cells.append({"title": line, "code": line, "differs": reason})
            reason = None
    return cells


def values_of(cells, sides):
    """A cell that prints the variables of the cells that both kernels ran."""
    names = []
    for cell, *both in zip(cells, *sides):
        if all(found["status"] == "ok" for found in both):
            names += [name for name in DECLARATION.findall(cell["code"]) if name not in names]
    code = "\n".join(f'Console.WriteLine($"{name} = {{{name}}}");' for name in names)
    return {"title": "values afterwards", "code": code, "differs": None}


class Kernel:
    def __init__(self, name):
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(stderr=open("/dev/null", "w"), stdout=open("/dev/null", "w"))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def run(self, code):
        """The result of a cell: its status, the text of its streams, and its displays as lists of (MIME type, text)."""
        request = self.client.execute(code, store_history=True, allow_stdin=False)
        found = {"status": "no answer", "stdout": "", "stderr": "", "shown": [], "error": ""}
        shown = {}
        end = time.time() + TIMEOUT
        idle = False
        while not idle:
            try:
                message = self.client.get_iopub_msg(timeout=max(0.1, end - time.time()))
            except queue.Empty:
                self.manager.interrupt_kernel()
                return found
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status":
                idle = content["execution_state"] == "idle"
            elif kind == "stream":
                found[content["name"]] += content["text"]
            elif kind in ("display_data", "execute_result"):
                shown[(content.get("transient") or {}).get("display_id") or f"output {len(shown)}"] = content["data"]
            elif kind == "update_display_data":
                shown[content["transient"]["display_id"]] = content["data"]
            elif kind == "clear_output":
                shown.clear()
            elif kind == "error":
                found["error"] = content["ename"].removeprefix("Error") + ": " + (content["evalue"] or "\n".join(content["traceback"]))
        while found["status"] == "no answer":
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == request:
                found["status"] = reply["content"]["status"]
        found["shown"] = [{mime: text if isinstance(text, str) else json.dumps(text) for mime, text in data.items()} for data in shown.values()]
        return found

    def run_all(self, cells):
        # .NET Interactive's first output carries a script of its own.
        self.run("")
        return [self.run(cell["code"]) for cell in cells]

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def text_of(mime, text):
    """The readable text of an output: of HTML the text, without styles, scripts and names that are different each time."""
    if mime == "text/html":
        text = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.S | re.I)
        text = html.unescape(re.sub(r"<[^>]*>", " ", text))
    return " ".join(named(text).split())


def named(text):
    """Without what is different each time: the numbers of submissions, the ids of modules, the places in a stack trace."""
    text = re.sub(r"Submission#\d+", "Submission", text)
    text = re.sub(r"\\n *at [^\\]*", "", text)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(#\d+-\d+)?|MetadataToken \d+|lambda_method\d+|(?<=AnonymousType\d)#\d+|(?<=Wall time: )[\d.]+ ?ms", "*", text)


def errors_of(text):
    """The part of an error that is compared: the compiler's codes, else the first line."""
    codes = re.findall(r"\berror (CS\d{4})\b", text) or re.findall(r"\bCS\d{4}\b", text) or re.findall(r"\bNU\d{4}\b", text)
    return sorted(set(codes)) if codes else named(text).replace("Submission+", "").strip().lstrip(": ").split("\n")[0].split("   at ")[0].strip()


def view(found):
    """What is compared. A text/plain beside a text/html is left out: .NET Interactive sends none, and this project's kernel sends it
    for programs without HTML. Where .NET Interactive writes the compiler's errors to stderr, the errors are compared as errors."""
    stderr, error = found["stderr"].replace("\r\n", "\n").strip(), found["error"]
    if found["status"] == "error" and re.search(r"error (CS|NU)\d{4}", stderr):
        stderr, error = "", stderr
    shown = [{mime: text for mime, text in data.items() if mime != "text/plain" or "text/html" not in data} for data in found["shown"]]
    return {
        "status": found["status"],
        "stdout": named(found["stdout"]).replace("\r\n", "\n"),
        "stderr": stderr,
        "MIME types": [sorted(data) for data in shown],
        "text": [{mime: text_of(mime, text) for mime, text in data.items()} for data in shown],
        "error": errors_of(error),
    }


def main():
    cells_file, *names = sys.argv[1:4]
    reported, report, count = 0, [], 0
    for title, cells in read(cells_file):
        with ThreadPoolExecutor() as both:
            kernels = list(both.map(Kernel, names))
            sides = list(both.map(lambda kernel: kernel.run_all(cells), kernels))
            last = values_of(cells, sides)
            for kernel, side in zip(kernels, sides):
                side.append(kernel.run(last["code"]))
            list(both.map(Kernel.end, kernels))
        for cell, first, second in zip(cells + [last], *sides):
            count += 1
            a, b = view(first), view(second)
            different = [part for part in a if a[part] != b[part]]
            report.append({"session": title, **cell, "different": different, names[0]: first, names[1]: second})
            if cell["differs"] and not different:
                print(f"\n{title} / {cell['title']}: no difference any more, so this line can go: {cell['differs']}")
            if cell["differs"] or not different:
                continue
            reported += 1
            print(f"\n## {title} / {cell['title']}\n{cell['code']}")
            for part in different:
                print(f"   {part}:\n      {names[0]}: {str(a[part])[:600]}\n      {names[1]}: {str(b[part])[:600]}")
        sys.stdout.flush()
    if len(sys.argv) > 4:
        with open(sys.argv[4], "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1, ensure_ascii=False)
    allowed = sum(1 for entry in report if entry["different"] and entry["differs"])
    print(f"\n{count} cells, {allowed} that may differ, {reported} to report")
    return 1 if reported else 0


sys.exit(main())
