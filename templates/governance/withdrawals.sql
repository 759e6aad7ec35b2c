{{ head }}
{%- for statement in statements %}
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    DECLARE fault STRING;
    DECLARE message STRING;
    GET DIAGNOSTICS CONDITION 1 fault = CONDITION_IDENTIFIER, message = MESSAGE_TEXT;
    IF concat_ws(' ', fault, message) NOT RLIKE '(?i)not.?(exist|found|find|be found)' THEN
      RESIGNAL;
    END IF;
  END;
  {{ statement }};
END;
{% endfor %}
