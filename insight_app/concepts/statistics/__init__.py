"""Everything counted over codes, as small values that can be merged.

Counts, CoOccurrence, NearPairs, Exemplars and StrongestImages each have `add(...)`, `merge(other)`,
`to_arrays()` and `from_arrays(...)`. Both operations are associative and commutative, so analyzing
in parts and merging equals analyzing at once, bit for bit: counts are integers, maxima are maxima,
and sums of half-precision codes are kept as whole numbers of 2**-24 (every half-precision number is
one).
The one condition: the cells of one image come in one `add`, an image is never divided.

Numpy only; CoOccurrence.add alone imports scipy, when called. Knows nothing of files.
"""

from insight_app.concepts.statistics.clarity import StrongestImages
from insight_app.concepts.statistics.cooccurrence import CoOccurrence
from insight_app.concepts.statistics.counts import Counts, histogram_edges
from insight_app.concepts.statistics.exemplars import Exemplars
from insight_app.concepts.statistics.maxima import Maxima, maxima
from insight_app.concepts.statistics.near_pairs import NearPairs

__all__ = [
    "CoOccurrence",
    "Counts",
    "Exemplars",
    "Maxima",
    "NearPairs",
    "StrongestImages",
    "histogram_edges",
    "maxima",
]
