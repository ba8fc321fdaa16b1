#include "lifecycle/decision_value.h"
