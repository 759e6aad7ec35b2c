"""The 50 states and DC, each with the IANA zone that most of its people live in."""

_BY_ZONE = {
    "America/New_York": {
        "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
        "IN": "Indiana", "KY": "Kentucky", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
        "NH": "New Hampshire", "NJ": "New Jersey", "NY": "New York", "NC": "North Carolina", "OH": "Ohio",
        "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "VT": "Vermont", "VA": "Virginia",
        "WV": "West Virginia",
    },
    "America/Chicago": {
        "AL": "Alabama", "AR": "Arkansas", "IL": "Illinois", "IA": "Iowa", "KS": "Kansas", "LA": "Louisiana",
        "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "NE": "Nebraska", "ND": "North Dakota",
        "OK": "Oklahoma", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "WI": "Wisconsin",
    },
    "America/Denver": {
        "CO": "Colorado", "ID": "Idaho", "MT": "Montana", "NM": "New Mexico", "UT": "Utah", "WY": "Wyoming",
    },
    "America/Los_Angeles": {"CA": "California", "NV": "Nevada", "OR": "Oregon", "WA": "Washington"},
    "America/Phoenix": {"AZ": "Arizona"},
    "America/Anchorage": {"AK": "Alaska"},
    "Pacific/Honolulu": {"HI": "Hawaii"},
}

TIMEZONES = {state: zone for zone, states in _BY_ZONE.items() for state in states}
NAMES = {state: name for states in _BY_ZONE.values() for state, name in states.items()}
