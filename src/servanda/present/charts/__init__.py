"""Charts of judgements: Vega-Lite specs with a text beside each, as SVG, PNG or a live picture."""
