"""The promise under attack: frames are offered while everything under the pipeline is broken."""
