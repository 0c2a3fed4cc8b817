"""Which services log what through log delivery, and what their deliveries may look like."""

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html (logType), of the
# services that the tests use, and
# https://docs.aws.amazon.com/workmail/latest/adminguide/monitoring-audit-logging.html
LOG_TYPES = {
    "cloudfront": ["ACCESS_LOGS"],
    "ses": ["APPLICATION_LOGS", "TRAFFIC_POLICY_DEBUG_LOGS"],
    "workmail": [
        "ACCESS_CONTROL_LOGS",
        "AUTHENTICATION_LOGS",
        "WORKMAIL_AVAILABILITY_PROVIDER_LOGS",
        "WORKMAIL_MAILBOX_ACCESS_LOGS",
        "WORKMAIL_PERSONAL_ACCESS_TOKEN_LOGS",
    ],
}
# WorkMail's own templates are on no page: these formats and fields, and which are mandatory, are examples, of the
# model's enumeration and of the fields that WorkMail's page documents.
FORMATS = {"CWL": ["json", "plain"], "FH": ["json", "plain", "raw"], "S3": ["json", "plain", "w3c", "parquet"]}
FIELDS = ["event_timestamp", "organization_id"]
MANDATORY = {"event_timestamp"}


def templates(request):
    """What DescribeConfigurationTemplates finds: WorkMail's, one for each log type and type of destination.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeConfigurationTemplates.html
    """
    everything = [
        {
            "service": "workmail",
            "logType": log_type,
            "resourceType": "organization",
            "deliveryDestinationType": destination,
            "defaultDeliveryConfigValues": {"recordFields": FIELDS},
            "allowedFields": [{"name": field, "mandatory": field in MANDATORY} for field in FIELDS],
            "allowedOutputFormats": formats,
            "allowedActionForAllowVendedLogsDeliveryForResource": "workmail:AllowVendedLogDeliveryForResource",
        }
        for log_type in LOG_TYPES["workmail"]
        for destination, formats in FORMATS.items()
    ]
    return [
        template
        for template in everything
        if request.get("service", template["service"]) == template["service"]
        and template["logType"] in request.get("logTypes", [template["logType"]])
        and template["resourceType"] in request.get("resourceTypes", [template["resourceType"]])
        and template["deliveryDestinationType"]
        in request.get("deliveryDestinationTypes", [template["deliveryDestinationType"]])
    ]
