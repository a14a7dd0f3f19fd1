"""Parts of `build_chongqing.py`."""
