from django.urls import path

from apps.credentials import boost_views, holder_views, public_views, views

app_name = "credentials"

urlpatterns = [
    path("credentials/", views.dashboard, name="dashboard"),
    path("credentials/profile/", views.open_own_profile, name="open-profile"),
    path("credentials/export.csv", views.export_csv, name="export-csv"),
    path("credentials/activity/<str:activity_id>/", views.activity, name="activity"),
    path("credentials/activity/<str:activity_id>/standing/", views.change_standing, name="standing"),
    path("credentials/boosts/", boost_views.boosts, name="boosts"),
    path("credentials/boosts/<uuid:boost_id>/", boost_views.boost, name="boost"),
    path("credentials/boosts/<uuid:boost_id>/publish/", boost_views.publish, name="publish"),
    path("credentials/boosts/<uuid:boost_id>/remove/", boost_views.remove_boost, name="remove-boost"),
    path("credentials/boosts/<uuid:boost_id>/issue/", boost_views.issue, name="issue"),
    path("credentials/boosts/<uuid:boost_id>/links/", boost_views.add_claim_link, name="add-claim-link"),
    path(
        "credentials/boosts/<uuid:boost_id>/links/<uuid:link_id>/revoke/",
        boost_views.revoke_claim_link,
        name="revoke-claim-link",
    ),
    path("credentials/integrations/", boost_views.integrations, name="integrations"),
    path(
        "credentials/integrations/<uuid:integration_id>/remove/",
        boost_views.remove_integration,
        name="remove-integration",
    ),
    path("credentials/received/", holder_views.received, name="received"),
    path("credentials/received/<uuid:credential_id>/accept/", holder_views.accept, name="accept"),
    path("credentials/received/<uuid:credential_id>/download/", holder_views.download, name="download"),
    path("credentials/issuers/<str:handle>/block/", holder_views.block_issuer, name="block"),
    path("credentials/inbox/<uuid:inbox_id>/take/", holder_views.take, name="take"),
    path("credentials/verify/<uuid:credential_id>/", public_views.verify, name="verify"),
    path("claim/<str:token>/", holder_views.claim, name="claim"),
    path("issuers/<str:handle>/did.json", public_views.did_json, name="did"),
    path("issuers/<str:handle>/status/<str:purpose>/<int:number>/", public_views.status_list, name="status-list"),
    path(".well-known/credentials/<str:handle>/jwks.json", public_views.jwks_json, name="jwks"),
]
