#!/bin/sh
# What JupyterHub starts for each learner, as that learner: see classroom.md. It makes a folder of their own, with copies of the notebooks
# to write in, beside the one library that all share, and then becomes the learner's Jupyter. A notebook that is there stays as it is.
set -e
course=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$HOME/course/notebooks"
for notebook in "$course"/notebooks/*.ipynb; do
  own=$HOME/course/notebooks/$(basename "$notebook")
  [ -e "$own" ] || cp "$notebook" "$own"
done
ln -sfn "$course/lib" "$HOME/course/lib"
cd "$HOME/course"
exec jupyterhub-singleuser "$@"
