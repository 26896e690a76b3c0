"""`python -m vlm_driving`: the same as `vlm-driving`."""

import sys

from vlm_driving.cli import main

if __name__ == "__main__":
    sys.exit(main())
