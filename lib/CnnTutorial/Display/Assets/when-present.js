// Calls a figure's script when its element is in the document: some hosts run an output's script before the output is there.
(function (id, start) {
  (function wait(tries) {
    const root = document.getElementById(id);
    if (root) start(root);
    else if (tries > 0) setTimeout(wait, 50, tries - 1);
  })(100);
})
