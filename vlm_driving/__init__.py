"""Japanese scene descriptions and driving advice from an on-board vision-language model.

Advice is advisory: this is not a safety-rated component.
"""

__version__ = "0.1.0"
