"""The API's description of itself (OpenAPI 3), and the page that shows it, served from here alone."""

from django.urls import reverse_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from .base import CatalogView


class TokenScheme(OpenApiAuthenticationExtension):
    """Tell the description how tokens are sent."""

    target_class = "catalog.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token that `manage.py issue_token` gave, rc_..."}


class Description(CatalogView, SpectacularAPIView):
    pass


class Docs(CatalogView, SpectacularSwaggerSplitView):
    """The page comes with no script in it: what starts it is fetched by itself, as the content security policy asks."""

    url_name = "api-schema"
    url_self = reverse_lazy("api-docs")
    template_name = "api/docs.html"
