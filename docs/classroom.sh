#!/bin/sh
# What JupyterHub starts for each learner, as that learner: see classroom.md. It makes a folder of their own, with copies of the notebooks
# to write in, beside the one library that all share, and then becomes the learner's Jupyter. A notebook that is there stays as it is.
set -e
course=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$HOME/course/notebooks"
for file in "$course"/notebooks/*; do
  own=$HOME/course/notebooks/$(basename "$file")
  [ -e "$own" ] || cp "$file" "$own"
done
ln -sfn "$course/lib" "$HOME/course/lib"
cd "$HOME/course"
exec jupyterhub-singleuser "$@"
